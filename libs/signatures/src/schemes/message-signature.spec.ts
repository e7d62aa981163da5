import { createPublicKey, webcrypto as nodeWebcrypto, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createSignature, verifySignature as verifyOfficial, webcrypto } from 'http-message-sig';
import { createSigner, createVerifier, httpbis, type Request } from 'http-message-signatures';
import type { SignatureEntry, UnsignedRequest } from '../contract.js';
import { providers } from '../providers/index.js';
import { signMessage } from '../sign.js';
import { flipBit, newPair, pemPair, received, refusesAnything, verdictOn } from '../testing/scheme-cases.js';
import { contentDigest } from './content-digest.js';
import { verifyPinned } from './pinned-algorithms.js';
import { readSignatureInput, signatureBase } from './signature-base.js';
import { parseDictionary } from './structured-field.js';

// The second library takes the clock's time, so this is now.
const now = new Date();
const seconds = Math.floor(now.getTime() / 1000);
const secret = 'a shared secret';
const keys: Record<string, { publicKey: string; privateKey: string } | null> = {
  ed25519: pemPair(newPair.ed25519()),
  'ecdsa-p256-sha256': pemPair(newPair.ec('prime256v1')),
  'ecdsa-p384-sha384': pemPair(newPair.ec('secp384r1')),
  'rsa-pss-sha512': pemPair(newPair.rsa()),
  'rsa-v1_5-sha256': pemPair(newPair.rsa()),
  'hmac-sha256': null,
};
const algorithms = Object.keys(keys);
const request: UnsignedRequest = {
  method: 'POST',
  url: 'https://hooks.example/a/%7Eb?x=1&x=2',
  headers: { 'content-type': 'application/json', date: 'Tue, 20 Apr 2021 02:07:55 GMT' },
  body: Buffer.from('{"hello": "world"}'),
};
const covered = ['@method', '@target-uri', 'content-type', 'content-digest'];

function entryFor(algorithm: string, options: SignatureEntry['options'] = {}): SignatureEntry {
  const key = keys[algorithm];
  return {
    provider: 'rfc9421',
    secrets: key ? [] : [secret],
    options: { algorithm, ...(key ? { publicKey: key.publicKey } : {}), ...options },
  };
}
function signed(algorithm: string, options: SignatureEntry['options'] = {}, change: Partial<UnsignedRequest> = {}) {
  const privateKey = keys[algorithm]?.privateKey;
  return signMessage({ ...entryFor(algorithm, options), privateKey }, { ...request, ...change }, now);
}
/** Signs what the scheme itself would not sign. */
async function signedFreely(
  fields: string[],
  parameters: Map<string, unknown> | Record<string, unknown> = {},
  change: Partial<UnsignedRequest> = {},
  label = 'sig',
) {
  const base = { ...request, ...change };
  const headers = { 'content-digest': contentDigest(base.body), ...base.headers };
  const values = { created: now, ...parameters };
  const result = await httpbis.signMessage(
    {
      key: createSigner(createPrivateKey(keys.ed25519!.privateKey), 'ed25519'),
      fields,
      name: label,
      params: Object.keys(values),
      paramValues: values as never,
    },
    { method: base.method, url: base.url, headers } as Request,
  );
  const lower = Object.entries(result.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { ...base, headers: Object.fromEntries(lower) as Record<string, string> };
}

describe('an rfc9421 entry', () => {
  it('accepts the vectors', async () => {
    for (const vector of providers.get('rfc9421')!.vectors) {
      const entry = { provider: 'rfc9421', ...vector.entry };
      const message = {
        method: vector.method!,
        url: vector.url!,
        headers: vector.headers,
        body: Buffer.from(vector.body),
      };
      const verdict = await verdictOn(entry, message, new Date(vector.at!));
      expect(verdict).toEqual({ ok: true, secretIndex: null, signedId: 'b3k2pp5k7z-50gnwp.yemd' });
    }
  });

  it.each(algorithms)('signs with %s what http-message-signatures accepts', async (algorithm) => {
    const { headers } = signed(algorithm, { keyid: 'k' });
    const key = keys[algorithm] ? createPublicKey(keys[algorithm].publicKey) : Buffer.from(secret);
    const verify = createVerifier(key as never, algorithm as never);
    const verdict = await httpbis.verifyMessage(
      { keyLookup: () => Promise.resolve({ verify }), requiredFields: covered, tolerance: 5 },
      { method: 'POST', url: request.url, headers } as Request,
    );
    expect(verdict).toBe(true);
    expect(await verdictOn(entryFor(algorithm, { keyid: 'k' }), { ...request, headers }, now)).toMatchObject({
      ok: true,
    });
  });

  it.each(algorithms.filter((name) => name !== 'rsa-pss-sha512'))(
    'accepts with %s what http-message-signatures signed',
    async (algorithm) => {
      const key = keys[algorithm] ? createPrivateKey(keys[algorithm].privateKey) : Buffer.from(secret);
      const headers = { ...request.headers, 'content-digest': contentDigest(request.body) };
      const result = await httpbis.signMessage(
        { key: createSigner(key as never, algorithm as never, 'k'), fields: covered },
        { method: 'POST', url: request.url, headers } as Request,
      );
      const { Signature: signature, 'Signature-Input': input } = result.headers as Record<string, string>;
      const sent = { ...request, headers: { ...headers, signature: signature!, 'signature-input': input! } };
      const verdict = await verdictOn(entryFor(algorithm, { keyid: 'k' }), sent, now);
      expect(verdict).toEqual({ ok: true, secretIndex: keys[algorithm] ? null : 0 });
    },
  );

  // Its salt is 64 bytes, as section 3.3.1 demands; the other library takes the longest one when it signs.
  it.each([
    ['ed25519', { name: 'Ed25519' }],
    ['rsa-pss-sha512', { name: 'RSA-PSS', hash: 'SHA-512' }],
  ] as const)('agrees both ways with http-message-sig on %s', async (algorithm, importing) => {
    const pair = keys[algorithm]!;
    const der = createPrivateKey(pair.privateKey).export({ type: 'pkcs8', format: 'der' });
    const spki = createPublicKey(pair.publicKey).export({ type: 'spki', format: 'der' });
    const signer = webcrypto.signer(
      (await nodeWebcrypto.subtle.importKey('pkcs8', der, importing, false, ['sign'])) as never,
    );
    const verifier = webcrypto.verifier(
      (await nodeWebcrypto.subtle.importKey('spki', spki, importing, false, ['verify'])) as never,
    );
    const describe = (headers: Record<string, string>) => ({
      kind: 'request' as const,
      method: 'POST',
      targetUri: request.url,
      fields: Object.entries(headers).map(([name, value]) => ({ name, value })),
    });
    const headers = { ...request.headers, 'content-digest': contentDigest(request.body) };
    const made = await createSignature(describe(headers), {
      components: ['@method', '@authority', '@path', '@query', 'content-digest'],
      parameters: { created: seconds, nonce: 'n-1' },
      signer,
    });
    const sent = { ...headers, signature: made.signature, 'signature-input': made.signatureInput };
    expect(await verdictOn(entryFor(algorithm), { ...request, headers: sent }, now)).toEqual({
      ok: true,
      secretIndex: null,
      signedId: 'n-1',
    });
    const policy = { algorithms: [algorithm], requiredComponents: covered, requiredParameters: ['created', 'nonce'] };
    const ours = verifyOfficial(describe(signed(algorithm).headers), { policy, resolveVerifier: () => verifier });
    expect((await ours).algorithm).toBe(algorithm);
  });

  it('makes the base of RFC 9421, appendix B.2.6, and finds its signature right', () => {
    const text =
      'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")' +
      ';created=1618884473;keyid="test-key-ed25519"';
    const headers = {
      date: 'Tue, 20 Apr 2021 02:07:55 GMT',
      'content-type': 'application/json',
      'content-length': '18',
    };
    const input = readSignatureInput(parseDictionary(text)!.get('sig-b26')!)!;
    const base = signatureBase(input, { method: 'POST', url: 'https://example.com/foo?param=Value&Pet=dog', headers })!;
    expect(base.toString()).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        `"@signature-params": ${text.slice('sig-b26='.length)}`,
      ].join('\n'),
    );
    const signature = 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==';
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    expect(verifyPinned('ed25519', key, base, Buffer.from(signature, 'base64'))).toBe(true);
  });

  it.each(algorithms)('refuses a %s signed request with a bit of any signed part flipped', async (algorithm) => {
    const entry = entryFor(algorithm, { keyid: 'k' });
    const sent = signed(algorithm, { keyid: 'k' });
    const refuses = async (change: Partial<UnsignedRequest>) => {
      expect(await verdictOn(entry, { ...sent, ...change }, now)).toMatchObject({ ok: false });
    };
    for (let bit = 0; bit < sent.body.length * 8; bit += 5) await refuses({ body: flipBit(sent.body, bit) });
    for (const name of ['content-type', 'content-digest', 'signature', 'signature-input']) {
      const bytes = Buffer.from(sent.headers[name]!, 'latin1');
      for (let bit = 0; bit < bytes.length * 8; bit += 13) {
        await refuses({ headers: { ...sent.headers, [name]: flipBit(bytes, bit).toString('latin1') } });
      }
    }
    await refuses({ method: 'PUT' });
    await refuses({ method: 'post' });
    for (const url of ['http://hooks.example/a/%7Eb?x=1&x=2', 'https://hooks.example/a/~b?x=1&x=2', `${sent.url}&`]) {
      await refuses({ url });
    }
    await refuses({ body: Buffer.alloc(0) });
  });

  it.each([
    [['@target-uri', 'content-digest']],
    [['@method', 'content-digest']],
    [['@method', '@authority', '@path', 'content-digest']],
    [['@method', '@target-uri']],
  ])('refuses a signature that covers only %p', async (fields) => {
    const verdict = await verdictOn(entryFor('ed25519'), await signedFreely(fields), now);
    expect(verdict).toEqual({ ok: false, reason: 'malformed_signature' });
  });

  it('asks for no digest where there is no body', async () => {
    const sent = await signedFreely(['@method', '@target-uri'], {}, { method: 'GET', body: Buffer.alloc(0) });
    expect(await verdictOn(entryFor('ed25519'), sent, now)).toMatchObject({ ok: true });
  });

  it('does not take the obsolete Digest for a digest', async () => {
    const digest = `SHA-256=${contentDigest(request.body).slice('sha-256=:'.length, -1)}`;
    const sent = await signedFreely(['@method', '@target-uri', 'digest'], {}, { headers: { digest } });
    expect(await verdictOn(entryFor('ed25519'), sent, now)).toEqual({ ok: false, reason: 'malformed_signature' });
  });

  it.each<[string, string, string]>([
    ['no known algorithm', 'md5=:AAAA:', 'wrong_algorithm'],
    ['a right and a wrong digest', `${contentDigest(request.body)}, sha-512=:${'A'.repeat(86)}==:`, 'mismatch'],
    ['a digest of another length', 'sha-256=:AAAA:', 'malformed_signature'],
    ['a digest as text', 'sha-256="AAAA"', 'malformed_signature'],
    ['two of one name', `${contentDigest(request.body)}, ${contentDigest(request.body)}`, 'malformed_signature'],
    ['none', '', 'wrong_algorithm'],
  ])('refuses a signed Content-Digest with %s', async (_title, digest, reason) => {
    const headers = { ...request.headers, 'content-digest': digest };
    const sent = await signedFreely(covered, {}, { headers });
    expect(await verdictOn(entryFor('ed25519'), sent, now)).toEqual({ ok: false, reason });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['without created', { created: null }, 'missing_timestamp'],
    ['301 seconds old', { created: new Date((seconds - 301) * 1000) }, 'timestamp_out_of_tolerance'],
    ['301 seconds ahead', { created: new Date((seconds + 301) * 1000) }, 'timestamp_out_of_tolerance'],
    ['in milliseconds', { created: new Date(seconds * 1_000_000) }, 'timestamp_out_of_tolerance'],
    ['expired', { expires: new Date((seconds - 1) * 1000) }, 'timestamp_out_of_tolerance'],
    ['of another algorithm', { alg: 'hmac-sha256' }, 'wrong_algorithm'],
  ])('refuses a signature %s', async (_title, parameters, reason) => {
    const sent = await signedFreely(covered, parameters);
    expect(await verdictOn(entryFor('ed25519'), sent, now)).toEqual({ ok: false, reason });
  });

  it.each(['created="1"', 'created=1.5', 'created', 'created=1;expires="1"', 'created=01'])(
    'refuses times written as %s',
    async (parameter) => {
      const sent = signed('ed25519');
      const input = sent.headers['signature-input']!.replace(/created=[0-9]+/, parameter);
      const verdict = await verdictOn(
        entryFor('ed25519'),
        { ...sent, headers: { ...sent.headers, 'signature-input': input } },
        now,
      );
      const reason = /[.]|01/.test(parameter) ? 'malformed_signature' : 'malformed_timestamp';
      expect(verdict).toEqual({ ok: false, reason });
    },
  );

  it('holds 300 seconds in both directions, and what the entry says instead', async () => {
    for (const age of [-300, 300]) {
      const sent = await signedFreely(covered, { created: new Date((seconds + age) * 1000) });
      expect(await verdictOn(entryFor('ed25519'), sent, now)).toMatchObject({ ok: true });
      expect(await verdictOn(entryFor('ed25519', { tolerance: 299 }), sent, now)).toMatchObject({ ok: false });
    }
  });

  it('takes the signature under its label, or the only one that fits', async () => {
    const first = await signedFreely(covered, { keyid: 'other' }, {}, 'a');
    const both = await signedFreely(covered, { keyid: 'k' }, { headers: first.headers }, 'b');
    const verdict = (options: object) => verdictOn(entryFor('ed25519', options as never), both, now);
    expect(await verdict({ keyid: 'k' })).toMatchObject({ ok: true });
    expect(await verdict({ label: 'a' })).toMatchObject({ ok: true });
    expect(await verdict({})).toEqual({ ok: false, reason: 'malformed_signature' });
    expect(await verdict({ label: 'c' })).toEqual({ ok: false, reason: 'missing_signature' });
    expect(await verdict({ keyid: 'z' })).toEqual({ ok: false, reason: 'unknown_key' });
  });

  it.each<[string, (headers: Record<string, string>) => Record<string, string>]>([
    ['a doubled Signature', (h) => ({ ...h, signature: `${h.signature}, ${h.signature}` })],
    [
      'a doubled Signature-Input',
      (h) => ({ ...h, 'signature-input': `${h['signature-input']}, ${h['signature-input']}` }),
    ],
    ['its signature under another label', (h) => ({ ...h, signature: h.signature!.replace('sig1', 'sig2') })],
    ['a signature as text', (h) => ({ ...h, signature: 'sig1="abc"' })],
    ['base64 without padding', (h) => ({ ...h, signature: h.signature!.replace(/=+:$/, ':') })],
    ['a trailing comma', (h) => ({ ...h, signature: `${h.signature},` })],
    ['an item for a list', (h) => ({ ...h, 'signature-input': 'sig1=1;created=1' })],
    [
      'a covered parameter',
      (h) => ({ ...h, 'signature-input': h['signature-input']!.replace('"@method"', '"@method";req') }),
    ],
    [
      'something covered twice',
      (h) => ({ ...h, 'signature-input': h['signature-input']!.replace('(', '("@method" ') }),
    ],
    ['an unknown component', (h) => ({ ...h, 'signature-input': h['signature-input']!.replace('(', '("@status" ') })],
    ['a header that is not there', (h) => ({ ...h, 'signature-input': h['signature-input']!.replace('(', '("x-a" ') })],
    ['a prototype name', (h) => ({ ...h, 'signature-input': h['signature-input']!.replace('(', '("__proto__" ') })],
    ['8 KB of spaces', (h) => ({ ...h, 'signature-input': h['signature-input']! + ' '.repeat(8192) })],
    ['100 members', (h) => ({ ...h, signature: Array.from({ length: 100 }, (_, i) => `a${i}`).join(',') })],
  ])('refuses %s', async (_title, change) => {
    const sent = signed('ed25519');
    const created = { ...sent, headers: change(sent.headers) };
    const { ok, ...rest } = await verdictOn(entryFor('ed25519'), created, now);
    expect([ok, rest]).toEqual([
      false,
      { reason: expect.stringMatching(/^(malformed_signature|malformed_timestamp)$/) },
    ]);
  });

  it('refuses a request without either header', async () => {
    const sent = signed('ed25519');
    for (const name of ['signature', 'signature-input']) {
      const verdict = await verdictOn(entryFor('ed25519'), { ...sent, headers: { ...sent.headers, [name]: '' } }, now);
      expect(verdict).toEqual({ ok: false, reason: 'missing_signature' });
    }
  });

  it.each<[string, Partial<SignatureEntry>]>([
    ['no options', {}],
    ['an unknown algorithm', { options: { algorithm: 'none', publicKey: keys.ed25519!.publicKey } }],
    ['no key', { options: { algorithm: 'ed25519' } }],
    ['a blank key', { options: { algorithm: 'ed25519', publicKey: ' ' } }],
    ['a key of another kind', { options: { algorithm: 'ed25519', publicKey: keys['rsa-pss-sha512']!.publicKey } }],
    [
      'a public key where a secret belongs',
      { options: { algorithm: 'hmac-sha256', publicKey: keys.ed25519!.publicKey } },
    ],
    ['blank secrets', { options: { algorithm: 'hmac-sha256' }, secrets: ['', ' '] }],
    ['a secret where a key belongs', { options: { algorithm: 'ed25519' }, secrets: [secret] }],
    ['a blank keyid', { options: { algorithm: 'hmac-sha256', keyid: '' }, secrets: [secret] }],
  ])('refuses everything with %s', async (_title, change) => {
    const entry = { provider: 'rfc9421', secrets: [], ...change };
    for (const algorithm of algorithms) {
      expect(await verdictOn(entry, signed(algorithm), now)).toEqual({ ok: false, reason: 'misconfigured' });
    }
    expect(() => signMessage(entry, request, now)).toThrow();
  });

  it('tries every secret and says which one fits', async () => {
    const entry = { ...entryFor('hmac-sha256'), secrets: ['', 'old', secret] };
    expect(await verdictOn(entry, signed('hmac-sha256'), now)).toMatchObject({ ok: true, secretIndex: 2 });
  });

  it('never throws and accepts nothing by chance', async () => {
    const names = ['signature', 'signature-input', 'content-digest', 'content-type'];
    await refusesAnything(entryFor('hmac-sha256'), names, now);
    const { headers } = received(signed('ed25519'), now);
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(names));
  });
});
