import { createHmac, generateKeyPairSync, sign as cryptoSign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SignatureEntry, SignatureVerdict, SignedBytesScheme, SignedMessage } from '../contract.js';
import { findProvider } from '../providers/index.js';
import { signMessage } from '../sign.js';
import { verifySignature } from '../verify.js';
import { createSignedBytesHandler, signedBytesHandler } from './signed-bytes.js';

const now = new Date('2026-03-01T12:00:00Z');
const t = String(now.getTime() / 1000);
const body = Buffer.from('{"a":1}');
const noKeys = () => Promise.resolve(null);
const form = { 'content-type': 'application/x-www-form-urlencoded' };

function message(headers: Record<string, string>, rawBody: Buffer = body, url = 'https://h.example/a'): SignedMessage {
  return { method: 'POST', url, headers, rawBody, now };
}
function verify(provider: string, secrets: string[], sent: SignedMessage, options = {}): SignatureVerdict {
  return verifySignature({ provider, secrets, options }, sent, noKeys) as SignatureVerdict;
}
const hmac = (key: string | Buffer, text: string | Buffer, encoding: 'hex' | 'base64', hash = 'sha256') =>
  createHmac(hash, key).update(text).digest(encoding);
const mismatch = { ok: false, reason: 'mismatch' };
const malformed = { ok: false, reason: 'malformed_signature' };

describe('a refusal without comparison', () => {
  const scheme = findProvider('slack')!.scheme as SignedBytesScheme;
  const right = { 'x-slack-request-timestamp': t, 'x-slack-signature': `v0=${hmac('s', `v0:${t}:${body}`, 'hex')}` };
  function spentOn(entry: SignatureEntry, headers: Record<string, string>): [SignatureVerdict, Buffer[]] {
    const spent: Buffer[] = [];
    const handler = createSignedBytesHandler((bytes) => spent.push(bytes));
    return [handler.verify(scheme, entry, message(headers), noKeys) as SignatureVerdict, spent];
  }

  it.each([
    ['misconfigured', [''], right],
    ['missing_signature', ['s'], { ...right, 'x-slack-signature': '' }],
    ['malformed_signature', ['s'], { ...right, 'x-slack-signature': 'v0=zz' }],
    ['missing_timestamp', ['s'], { ...right, 'x-slack-request-timestamp': '' }],
  ])('as %s hashes the body all the same', (reason, secrets, headers) => {
    expect(spentOn({ provider: 'slack', secrets }, headers)).toEqual([{ ok: false, reason }, [body]]);
  });

  it('does not when there was something to compare', () => {
    expect(spentOn({ provider: 'slack', secrets: ['s'] }, right)).toEqual([{ ok: true, secretIndex: 0 }, []]);
    expect(spentOn({ provider: 'slack', secrets: ['x'] }, right)).toEqual([mismatch, []]);
  });
});

describe('pairs', () => {
  const v1 = hmac('k', `${t}.${body}`, 'hex');
  const stripe = (header: string) => verify('stripe', ['k'], message({ 'stripe-signature': header }));

  it('takes any of several signatures', () => {
    expect(stripe(`t=${t},v1=${'0'.repeat(64)},v1=${v1}`)).toMatchObject({ ok: true });
    expect(stripe(`t=${t},v1=zz,v0=${'0'.repeat(64)},v1=${v1}`)).toMatchObject({ ok: true });
  });

  it('T06: ignores versions that the preset does not know', () => {
    expect(stripe(`t=${t},v0=${v1}`)).toEqual({ ok: false, reason: 'wrong_algorithm' });
  });

  it('looks at twenty signatures and no more', () => {
    const others = Array.from({ length: 20 }, () => `v1=${'0'.repeat(64)}`);
    expect(stripe(['t=' + t, ...others.slice(1), `v1=${v1}`].join(','))).toMatchObject({ ok: true });
    expect(stripe(['t=' + t, ...others, `v1=${v1}`].join(','))).toEqual(mismatch);
  });

  it.each([
    [`v1=${v1}`, 'missing_timestamp'],
    [`t=,v1=${v1}`, 'missing_timestamp'],
    [`t=${t},t=${t},v1=${v1}`, 'malformed_timestamp'],
    [`t=${t}, v1=${v1}`, 'malformed_signature'],
    [`t=${t},v1=${v1}, t=${t},v1=${v1}`, 'malformed_signature'],
    [`t=${t},v1`, 'wrong_algorithm'],
    [',,,', 'malformed_signature'],
    [`t=${t},v1=${v1}${','.repeat(20_000)}`, 'malformed_signature'],
  ])('refuses %j', (header, reason) => {
    expect(stripe(header)).toEqual({ ok: false, reason });
  });
});

describe('versions', () => {
  const key = Buffer.alloc(32, 3);
  const secret = `whsec_${key.toString('base64')}`;
  const pair = generateKeyPairSync('ed25519');
  const text = `m.${t}.${body}`;
  const v1 = `v1,${hmac(key, text, 'base64')}`;
  const v1a = `v1a,${cryptoSign(null, Buffer.from(text), pair.privateKey).toString('base64')}`;
  const publicKey = `whpk_${pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64')}`;
  const check = (secrets: string[], header: string, id = 'm') =>
    verify(
      'standard-webhooks',
      secrets,
      message({ 'webhook-id': id, 'webhook-timestamp': t, 'webhook-signature': header }),
    );

  it('takes any that one of the keys made, and tells which, and the id', () => {
    expect(check([secret], `v1,AAAA v2,xx ${v1}`)).toEqual({ ok: true, secretIndex: 0, signedId: 'm' });
    expect(check(['whsec_x', publicKey, secret], `${v1a}`)).toMatchObject({ secretIndex: 1 });
    expect(check([publicKey, secret], `${v1a} ${v1}`)).toMatchObject({ secretIndex: 0 });
  });

  it('T06: uses a key with the algorithm of its prefix only', () => {
    expect(check([secret], v1a)).toEqual(malformed);
    expect(check([publicKey], v1)).toEqual(malformed);
    expect(check([secret], v1.replace('v1,', 'v1a,'))).toEqual(malformed);
    const asSecret = Buffer.from(publicKey.slice('whpk_'.length), 'base64');
    expect(check([publicKey], `v1,${hmac(asSecret, text, 'base64')}`)).toEqual(malformed);
  });

  it.each([23, 65])('refuses a key of %p bytes', (length) => {
    const bytes = Buffer.alloc(length, 3);
    expect(check([`whsec_${bytes.toString('base64')}`], `v1,${hmac(bytes, text, 'base64')}`)).toEqual({
      ok: false,
      reason: 'misconfigured',
    });
  });

  it.each([`${v1}, ${v1}`, `x, ${v1}`, `${v1}\t${v1}`])('refuses two headers joined: %j', (header) => {
    expect(check([secret], header)).toEqual(malformed);
  });

  it('refuses an id that is not there', () => {
    expect(check([secret], v1, '')).toEqual({ ok: false, reason: 'missing_signature' });
    expect(check([secret], v1, 'n')).toEqual(mismatch);
  });
});

describe('forms', () => {
  const twilio = (rawBody: Buffer, signature: string, url?: string, headers: Record<string, string> = form) =>
    verify('twilio', ['k'], message({ ...headers, 'x-twilio-signature': signature }, rawBody, url));
  const signatureOf = (text: string) => hmac('k', text, 'base64', 'sha1');

  it('joins sorted fields, repeated ones once a value', () => {
    const rawBody = Buffer.from('b=2&a=%E2%82%AC+x&b=1&b=2&c');
    expect(twilio(rawBody, signatureOf('https://h.example/aa€ xb1b2c'))).toMatchObject({ ok: true });
  });

  it('takes the URL with and without the default port', () => {
    for (const url of ['https://h.example:443/a?x=1', 'https://h.example/a?x=1']) {
      for (const sent of ['https://h.example:443/a?x=1', 'https://h.example/a?x=1']) {
        expect(twilio(Buffer.alloc(0), signatureOf(url), sent)).toMatchObject({ ok: true });
      }
    }
    expect(twilio(Buffer.alloc(0), signatureOf('https://h.example:8443/a'))).toEqual(mismatch);
  });

  it('wants the hash of a body that is no form', () => {
    const json = { 'content-type': 'application/json' };
    const signed = signMessage(
      { provider: 'twilio', secrets: ['k'] },
      { method: 'POST', url: 'https://h.example/a', headers: json, body },
      now,
    );
    const check = (rawBody: Buffer, url: string) => twilio(rawBody, signed.headers['x-twilio-signature']!, url, json);
    expect(check(body, signed.url)).toMatchObject({ ok: true });
    expect(check(Buffer.from('{"a":2}'), signed.url)).toEqual(mismatch);
    expect(twilio(body, signatureOf('https://h.example/a'), undefined, json)).toEqual({
      ok: false,
      reason: 'malformed_body',
    });
    expect(check(body, signed.url + '&bodySHA256=00')).toEqual({ ok: false, reason: 'malformed_body' });
  });

  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const sign = (text: Buffer, hash = 'sha256') =>
    encodeURIComponent(cryptoSign(hash, text, pair.privateKey).toString('base64'));
  const alipay = (rawBody: string) => verify('alipay', [publicKey], message(form, Buffer.from(rawBody, 'latin1')));

  it('verifies over the bytes of whatever charset the form has', () => {
    // 中文 in GBK
    const text = Buffer.concat([Buffer.from('charset=GBK&subject='), Buffer.from('d6d0cec4', 'hex')]);
    expect(alipay(`charset=GBK&subject=%D6%D0%CE%C4&sign_type=RSA2&sign=${sign(text)}`)).toMatchObject({ ok: true });
  });

  it('T06: takes no SHA-1, whatever the message says', () => {
    const signature = sign(Buffer.from('a=1'), 'sha1');
    expect(alipay(`a=1&sign_type=RSA&sign=${signature}`).ok).toBe(false);
    expect(alipay(`a=1&sign_type=RSA2&sign=${signature}`)).toEqual(mismatch);
  });

  it('refuses a field that is there twice', () => {
    const signature = sign(Buffer.from('a=1'));
    expect(alipay(`a=1&sign=${signature}`)).toMatchObject({ ok: true });
    for (const doubled of [`a=1&a=1&sign=${signature}`, `a=2&a=1&sign=${signature}`, `a=1&sign=${signature}&sign=x`]) {
      expect(alipay(doubled).ok).toBe(false);
    }
  });
});

describe('the URL', () => {
  it('of HubSpot is signed with some escapes undone', () => {
    const headers = (url: string) => ({
      'x-hubspot-request-timestamp': `${t}000`,
      'x-hubspot-signature-v3': hmac('k', `POST${url}${body}${t}000`, 'base64'),
    });
    const check = (signed: string, sent: string) => verify('hubspot', ['k'], message(headers(signed), body, sent));
    expect(
      check("https://h.example/a?b=c:/?@!$'()*,;", 'https://h.example/a?b=c%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B'),
    ).toMatchObject({ ok: true });
    expect(check('https://h.example/a%20b%25', 'https://h.example/a%20b%25')).toMatchObject({ ok: true });
    expect(check('https://h.example/a b', 'https://h.example/a%20b')).toEqual(mismatch);
  });

  it('T15: is that of the configuration, whatever the headers say', () => {
    const sent = signMessage(
      { provider: 'square', secrets: ['k'] },
      { method: 'POST', url: 'https://h.example/a', headers: {}, body },
      now,
    );
    const headers = { ...sent.headers, host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    expect(verify('square', ['k'], message(headers))).toMatchObject({ ok: true });
    expect(verify('square', ['k'], message(headers, body, 'https://evil.example/a'))).toEqual(mismatch);
  });
});

describe('keys', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const apiV3Key = '0123456789abcdef0123456789abcdef';
  const entry = {
    provider: 'wechat-pay',
    privateKey: rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
  const signed = (keyId: string, bytes: Buffer = body) => {
    const request = { method: 'POST', url: 'https://h.example/a', headers: {}, body: bytes };
    return message(signMessage({ ...entry, secrets: [`A1:${pem}`], keyId }, request, now).headers, bytes);
  };

  it('are chosen by the id that the message names', () => {
    expect(verify('wechat-pay', [`A1:${pem}`], signed('A1'))).toMatchObject({ ok: true, secretIndex: 0 });
    expect(verify('wechat-pay', [`B2:${pem}`], signed('A1'))).toEqual({ ok: false, reason: 'unknown_key' });
    expect(verify('wechat-pay', [`B2:${pem}`, `A1:${pem}`], signed('A1'))).toMatchObject({ secretIndex: 1 });
    expect(verify('wechat-pay', [pem, `:${pem}`], signed('A1'))).toEqual({ ok: false, reason: 'misconfigured' });
  });

  it("refuses WeChat's deliberate wrong signatures", () => {
    const sent = signed('A1');
    const headers = { ...sent.headers, 'wechatpay-signature': 'WECHATPAY/SIGNTEST/' + 'A'.repeat(325) };
    expect(verify('wechat-pay', [`A1:${pem}`], { ...sent, headers }).ok).toBe(false);
  });

  it.each([
    ['a short RSA key', small.publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    [
      'a key of another kind',
      generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    ],
    ['text', 'correct horse'],
    ['a broken PEM', pem.slice(0, 80)],
    ['base64 of nothing', 'AAAA'],
  ])('are none when they are %s', (_case, text) => {
    expect(verify('alipay', [text], message(form, Buffer.from('a=1&sign=AAAA')))).toEqual({
      ok: false,
      reason: 'misconfigured',
    });
  });

  it('a sealed part is spliced in as it was written, and a wrong key is told apart from none', () => {
    const vector = findProvider('wechat-pay')!.vectors[0]!;
    const check = (options: Record<string, string>) =>
      verify(
        'wechat-pay',
        [...vector.entry.secrets],
        message({ ...vector.headers } as Record<string, string>, Buffer.from(vector.body)),
        options,
      );
    const opened = check({ apiV3Key });
    expect(opened.ok && opened.decrypted?.body.toString()).toBe(
      '{"id":"EV-2018022511223320873","event_type":"TRANSACTION.SUCCESS","resource_type":"encrypt-resource","resource":' +
        '{"out_trade_no":"1217752501201407033233368018","amount":{"total":1}}}',
    );
    expect(check({})).not.toHaveProperty('decrypted');
    expect(check({ apiV3Key: 'x'.repeat(32) })).toEqual({ ok: false, reason: 'malformed_body' });
    expect(check({ apiV3Key: 'short' })).toEqual({ ok: false, reason: 'misconfigured' });
  });
});

describe('a scheme that contradicts itself', () => {
  const scheme = findProvider('github')!.scheme as SignedBytesScheme;
  const header = { header: 'x-other' };
  it.each([
    ['signs no body', { signedBytes: '{url}' }],
    ['has a time that is not signed', { timestamp: { from: header, unit: 's', past: 1, future: 1 } }],
    ['has an id that is not signed', { id: header }],
    ['signs a nonce that is nowhere', { signedBytes: '{nonce}{raw}' }],
    ['hashes without a secret', { keys: [{ algorithm: 'sha256', encoding: 'utf8', prefix: '', label: '' }] }],
  ] as [string, Partial<SignedBytesScheme>][])('refuses everything: it %s', (_case, changed) => {
    const sent = message({ 'x-hub-signature-256': `sha256=${hmac('k', body, 'hex')}`, 'x-other': t });
    expect(
      signedBytesHandler.verify({ ...scheme, ...changed }, { provider: 'github', secrets: ['k'] }, sent, noKeys),
    ).toEqual({
      ok: false,
      reason: 'misconfigured',
    });
  });
});

describe('a time in the body', () => {
  const linear = (bytes: string, key = 'k') =>
    verify('linear', ['k'], message({ 'linear-signature': hmac(key, bytes, 'hex') }, Buffer.from(bytes)));

  it('is judged only after the signature', () => {
    expect(linear(`{"webhookTimestamp":${t}000}`)).toMatchObject({ ok: true });
    expect(linear('{"webhookTimestamp":1}')).toEqual({ ok: false, reason: 'timestamp_out_of_tolerance' });
    expect(linear('{"webhookTimestamp":1}', 'other')).toEqual(mismatch);
    expect(linear('{}')).toEqual({ ok: false, reason: 'missing_timestamp' });
    expect(linear(`{"webhookTimestamp":${t}}`)).toEqual({ ok: false, reason: 'timestamp_out_of_tolerance' });
  });
});

describe('any message', () => {
  it('is refused without throwing, whatever its headers and body', () => {
    const names = [
      'stripe',
      'standard-webhooks',
      'twilio',
      'sendgrid',
      'discord',
      'hubspot',
      'alipay',
      'wechat-pay',
      'linear',
    ];
    const sources = (provider: string) => {
      const text = JSON.stringify(findProvider(provider)!.scheme);
      return [...text.matchAll(/"header":"([^"]+)"/g)].map(([, name]) => name!);
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.oneof(fc.string(), fc.base64String(), fc.constant(t)), { minLength: 4, maxLength: 4 }),
        fc.uint8Array({ maxLength: 64 }),
        (provider, texts, bytes) => {
          const headers = Object.fromEntries(sources(provider).map((name, at) => [name, texts[at % 4]!]));
          const { secrets } = findProvider(provider)!.vectors[0]!.entry;
          expect(verify(provider, [...secrets], message({ ...form, ...headers }, Buffer.from(bytes))).ok).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
