import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { sign as octokitSign, verify as octokitVerify } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import type { SignatureEntry, SignatureVerdict, SigningEntry } from './contract.js';
import { signMessage } from './sign.js';
import { verifySignature } from './verify.js';

const now = new Date('2026-03-01T12:00:00Z');
const secret = 'correct horse';
const github: SignatureEntry = { provider: 'github', secrets: [secret] };
const stamped: SignatureEntry = {
  provider: 'hmac',
  secrets: [secret],
  options: { header: 'X-Sig', timestampHeader: 'X-Ts', signedBytes: 'v0:{timestamp}:{raw}', prefix: 'v0=' },
};
const body = Buffer.from('{"a": "\\u20ac", "n":1.0}');

const url = 'https://hooks.example.com/api/webhooks/a';
const noKeys = () => Promise.resolve(null);

/** Of schemes that fetch nothing. */
function verify(entry: SignatureEntry, headers: Record<string, string>, rawBody = body, at = now): SignatureVerdict {
  const message = { method: 'POST', url, rawBody, headers, now: at };
  return verifySignature(entry, message, noKeys) as SignatureVerdict;
}
function sign(entry: SigningEntry, bytes: Buffer, at: Date): Record<string, string> {
  return signMessage(entry, { method: 'POST', url, headers: {}, body: bytes }, at).headers;
}
function secondsAfter(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

interface Example {
  name: string;
  examples: object[];
}
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as Example[];

describe('verifySignature', () => {
  it('accepts every GitHub example that the official library signed', async () => {
    let count = 0;
    for (const { examples: payloads } of examples) {
      for (const payload of payloads) {
        const text = JSON.stringify(payload);
        const headers = { 'x-hub-signature-256': await octokitSign(secret, text) };
        expect(verify(github, headers, Buffer.from(text))).toEqual({ ok: true, secretIndex: 0 });
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(300);
  });

  it('signs what the official library verifies', async () => {
    for (const { examples: payloads } of examples) {
      const text = JSON.stringify(payloads[0]);
      const headers = sign(github, Buffer.from(text), now);
      expect(await octokitVerify(secret, text, headers['x-hub-signature-256']!)).toBe(true);
    }
  });

  it('verifies what it signed, whatever the bytes, algorithm and encoding', () => {
    const scheme = fc.record({
      algorithm: fc.constantFrom('sha1', 'sha256', 'sha512') as fc.Arbitrary<'sha1'>,
      encoding: fc.constantFrom('hex', 'base64', 'base64url') as fc.Arbitrary<'hex'>,
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), scheme, (bytes, options) => {
        const entry = { ...stamped, options: { ...stamped.options, ...options } };
        const rawBody = Buffer.from(bytes);
        expect(verify(entry, sign(entry, rawBody, now), rawBody)).toEqual({ ok: true, secretIndex: 0 });
      }),
    );
  });

  it('refuses a message with any one bit of the body flipped', () => {
    const headers = sign(github, body, now);
    for (let bit = 0; bit < body.length * 8; bit += 1) {
      const flipped = Buffer.from(body);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(verify(github, headers, flipped)).toEqual({ ok: false, reason: 'mismatch' });
    }
  });

  it('refuses a signature with any one bit flipped', () => {
    const value = sign(github, body, now)['x-hub-signature-256']!;
    for (let at = 0; at < value.length * 7; at += 1) {
      const position = Math.floor(at / 7);
      const changed = String.fromCharCode(value.charCodeAt(position) ^ (1 << (at % 7)));
      if (changed.toLowerCase() === value[position]!.toLowerCase() && position >= 'sha256='.length) continue;
      const text = value.slice(0, position) + changed + value.slice(position + 1);
      expect(verify(github, { 'x-hub-signature-256': text }).ok).toBe(false);
    }
  });

  it('refuses the same JSON serialised anew', () => {
    const headers = sign(github, body, now);
    const again = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(verify(github, headers, again)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it('verifies bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    expect(verify(github, sign(github, bytes, now), bytes).ok).toBe(true);
  });

  it.each([[[]], [['']], [['  ', '\t']]])('refuses everything when the secrets are %p', (secrets) => {
    const headers = {
      'x-hub-signature-256': `sha256=${createHmac('sha256', secrets[0] ?? '')
        .update(body)
        .digest('hex')}`,
    };
    expect(verify({ ...github, secrets }, headers)).toEqual({ ok: false, reason: 'misconfigured' });
  });

  it('never matches a blank secret beside a real one', () => {
    const headers = { 'x-hub-signature-256': `sha256=${createHmac('sha256', '').update(body).digest('hex')}` };
    expect(verify({ ...github, secrets: ['', secret] }, headers)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it.each([
    ['absent', {}],
    ['empty', { 'x-hub-signature-256': '' }],
  ])('refuses a signature header that is %s', (_case, headers) => {
    expect(verify(github, headers)).toEqual({ ok: false, reason: 'missing_signature' });
  });

  it('refuses two signature headers though one is right', () => {
    const right = sign(github, body, now)['x-hub-signature-256']!;
    for (const both of [`${right}, sha256=${'0'.repeat(64)}`, `sha256=00, ${right}`, `${right}, ${right}`]) {
      expect(verify(github, { 'x-hub-signature-256': both })).toEqual({ ok: false, reason: 'malformed_signature' });
    }
  });

  it.each(['', 'a', 'a'.repeat(63), 'a'.repeat(65), 'zz'.repeat(32), 'é'.repeat(64), '='.repeat(64), '\u0000'])(
    'refuses the malformed digest %p without throwing',
    (digest) => {
      expect(verify(github, { 'x-hub-signature-256': `sha256=${digest}` }).ok).toBe(false);
    },
  );

  it('never throws on arbitrary header text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (signature, timestamp) => {
        expect(verify(stamped, { 'x-sig': `v0=${signature}`, 'x-ts': timestamp }).ok).toBe(false);
      }),
    );
  });

  it('does not let the header choose a weaker algorithm', () => {
    const sha1 = createHmac('sha1', secret).update(body).digest('hex');
    expect(verify(github, { 'x-hub-signature': `sha1=${sha1}` }).ok).toBe(false);
    expect(verify(github, { 'x-hub-signature-256': `sha1=${sha1}` }).ok).toBe(false);
    expect(verify(github, { 'x-hub-signature-256': `sha256=${sha1}` }).ok).toBe(false);
  });

  it('accepts any of several secrets and tells which', () => {
    const headers = sign({ ...github, secrets: ['old'] }, body, now);
    expect(verify({ ...github, secrets: ['new', 'old'] }, headers)).toEqual({ ok: true, secretIndex: 1 });
    expect(verify({ ...github, secrets: ['new'] }, headers)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it.each([-300, 0, 300])('accepts a timestamp %p seconds away', (seconds) => {
    expect(verify(stamped, sign(stamped, body, secondsAfter(seconds)))).toMatchObject({ ok: true });
  });

  it.each([-301, 301])('refuses a timestamp %p seconds away', (seconds) => {
    const headers = sign(stamped, body, secondsAfter(seconds));
    expect(verify(stamped, headers)).toEqual({ ok: false, reason: 'timestamp_out_of_tolerance' });
  });

  it.each(['NaN', '1e9', '0x65', '١٢٣', '-1', ' 1', '1.0', '01', '1, 2', '9'.repeat(12)])(
    'refuses the timestamp %p',
    (text) => {
      const headers = { ...sign(stamped, body, now), 'x-ts': text };
      expect(verify(stamped, headers)).toEqual({ ok: false, reason: 'malformed_timestamp' });
    },
  );

  it('refuses a timestamp in milliseconds', () => {
    const headers = { ...sign(stamped, body, now), 'x-ts': String(now.getTime()) };
    expect(verify(stamped, headers).ok).toBe(false);
  });

  it('refuses a changed timestamp within the tolerance', () => {
    const headers = sign(stamped, body, now);
    headers['x-ts'] = String(Number(headers['x-ts']) + 1);
    expect(verify(stamped, headers)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it.each([
    ['a timestamp that is not signed', { signedBytes: '{raw}' }],
    ['a body that is not signed', { signedBytes: '{timestamp}' }],
    ['a placeholder that does not exist', { signedBytes: '{timestamp}.{raw}.{url}' }],
  ])('refuses everything on a scheme with %s', (_case, options) => {
    const entry = { ...stamped, options: { ...stamped.options, ...options } };
    expect(verify(entry, { 'x-sig': `v0=${'0'.repeat(64)}`, 'x-ts': '1' })).toEqual({
      ok: false,
      reason: 'misconfigured',
    });
  });

  it('refuses a provider that does not exist', () => {
    expect(verify({ provider: 'nobody', secrets: ['s'] }, {})).toEqual({ ok: false, reason: 'unknown_provider' });
  });
});
