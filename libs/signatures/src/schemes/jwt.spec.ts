import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { exportJWK, importPKCS8, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { FetchKey, SignatureEntry, SignatureVerdict } from '../contract.js';
import { providers } from '../providers/index.js';
import { signMessage } from '../sign.js';
import { newPair, nothingFetched, pemPair, refusesAnything } from '../testing/scheme-cases.js';
import { isHeadersOnly, verifySignature } from '../verify.js';

const now = new Date('2026-03-01T12:00:00Z');
const seconds = Math.floor(now.getTime() / 1000);
const secret = 'a shared secret of thirty-two bytes, or of more, as HS512 wants it: 64';
const rsa = pemPair(newPair.rsa());
const keys: Record<string, { publicKey: string; privateKey: string }> = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: pemPair(newPair.ec('prime256v1')),
  ES384: pemPair(newPair.ec('secp384r1')),
  ES512: pemPair(newPair.ec('secp521r1')),
  EdDSA: pemPair(newPair.ed25519()),
};
const secretAlgorithms = ['HS256', 'HS384', 'HS512'];
const right: JWTPayload = { iss: 'https://issuer.example', aud: 'hooks', iat: seconds, exp: seconds + 60, jti: 'j-1' };

function entryFor(algorithm: string, options: SignatureEntry['options'] = {}): SignatureEntry {
  const key = keys[algorithm];
  return {
    provider: 'jwt',
    secrets: key ? [] : [secret],
    options: {
      algorithms: [algorithm],
      issuer: 'https://issuer.example',
      audience: 'hooks',
      ...(key ? { publicKey: key.publicKey } : {}),
      ...options,
    },
  };
}
async function tokenOf(algorithm: string, claims: JWTPayload = right, head: object = {}): Promise<string> {
  const key = keys[algorithm] ? await importPKCS8(keys[algorithm].privateKey, algorithm) : Buffer.from(secret);
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, ...head }).sign(key);
}
function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
async function verdict(
  entry: SignatureEntry,
  authorization: string | undefined,
  fetchKey: FetchKey = nothingFetched,
): Promise<SignatureVerdict> {
  const headers = authorization === undefined ? {} : { authorization };
  return verifySignature(
    entry,
    { method: 'POST', url: 'https://hooks.example/', headers, rawBody: Buffer.alloc(0), now },
    fetchKey,
  );
}

describe('a jwt entry', () => {
  it('is decided before the body is read', () => {
    expect(isHeadersOnly('jwt')).toBe(true);
  });

  it('accepts the vectors', async () => {
    for (const { entry, headers, at } of providers.get('jwt')!.vectors) {
      const message = { method: 'POST', url: '', headers, rawBody: Buffer.alloc(0), now: new Date(at!) };
      expect(await verifySignature({ provider: 'jwt', ...entry }, message, nothingFetched)).toMatchObject({ ok: true });
    }
  });

  it.each([...Object.keys(keys), ...secretAlgorithms])('accepts what jose signed with %s', async (algorithm) => {
    const secretIndex = keys[algorithm] ? null : 0;
    const token = await tokenOf(algorithm);
    expect(await verdict(entryFor(algorithm), `Bearer ${token}`)).toEqual({ ok: true, secretIndex, signedId: 'j-1' });
    expect(await verdict(entryFor(algorithm), `bEARER ${token}`)).toMatchObject({ ok: true });
  });

  it.each([...Object.keys(keys), ...secretAlgorithms])('signs with %s what jose accepts', async (algorithm) => {
    const signing = { ...entryFor(algorithm), privateKey: keys[algorithm]?.privateKey };
    const request = { method: 'POST', url: '', headers: {}, body: Buffer.from('{}') };
    const token = signMessage(signing, request, now).headers.authorization!.slice('Bearer '.length);
    const key = keys[algorithm] ? createPublicKey(keys[algorithm].publicKey) : Buffer.from(secret);
    const { payload } = await jwtVerify(token, key, { currentDate: now, audience: 'hooks', algorithms: [algorithm] });
    expect(payload.iss).toBe('https://issuer.example');
    expect(await verdict(signing, `Bearer ${token}`)).toMatchObject({ ok: true });
  });

  it.each(['RS256', 'ES256', 'EdDSA', 'HS256'])('refuses a %s token with one bit of any part flipped', async (name) => {
    const parts = (await tokenOf(name)).split('.');
    for (const [position, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const token = parts.with(position, flipped.toString('base64url')).join('.');
        expect(await verdict(entryFor(name), `Bearer ${token}`)).toMatchObject({ ok: false });
      }
    }
  });

  it('takes no HS256 token made with the public key as secret, and no unsigned one', async () => {
    const forged = new SignJWT(right).setProtectedHeader({ alg: 'HS256' });
    const token = await forged.sign(Buffer.from(rsa.publicKey));
    expect(await verdict(entryFor('RS256'), `Bearer ${token}`)).toEqual({ ok: false, reason: 'wrong_algorithm' });
    const both = { algorithms: ['RS256', 'HS256'] };
    expect(await verdict(entryFor('RS256', both), `Bearer ${token}`)).toEqual({ ok: false, reason: 'misconfigured' });
    const mixed = { ...entryFor('RS256', both), secrets: [rsa.publicKey] };
    expect(await verdict(mixed, `Bearer ${token}`)).toEqual({ ok: false, reason: 'misconfigured' });
    expect(await verdict({ ...mixed, secrets: [secret] }, `Bearer ${token}`)).toEqual({
      ok: false,
      reason: 'mismatch',
    });
    for (const alg of ['none', 'None', 'NONE', '', 'RS1', '__proto__', 'constructor']) {
      const unsigned = `${encode({ alg })}.${encode(right)}.`;
      expect(await verdict(entryFor('RS256'), `Bearer ${unsigned}`)).toMatchObject({ ok: false });
      expect(await verdict(entryFor('RS256'), `Bearer ${unsigned}AA`)).toMatchObject({ ok: false });
      const allowed = entryFor('RS256', { algorithms: [alg] });
      expect(await verdict(allowed, `Bearer ${unsigned}AA`)).toEqual({ ok: false, reason: 'misconfigured' });
    }
  });

  it.each<[string, object, string]>([
    ['without exp', { exp: undefined }, 'missing_timestamp'],
    ['over for a minute', { exp: seconds - 60 }, 'timestamp_out_of_tolerance'],
    ['with exp as text', { exp: '9999999999' }, 'malformed_timestamp'],
    ['not valid before a minute', { nbf: seconds + 61 }, 'timestamp_out_of_tolerance'],
    ['issued in the future', { iat: seconds + 61 }, 'timestamp_out_of_tolerance'],
    ['with iat as null', { iat: null }, 'malformed_timestamp'],
    ['of another issuer', { iss: 'https://issuer.example.evil' }, 'wrong_issuer'],
    ['of no issuer', { iss: undefined }, 'wrong_issuer'],
    ['of a list of issuers', { iss: ['https://issuer.example'] }, 'wrong_issuer'],
    ['for another audience', { aud: 'others' }, 'wrong_audience'],
    ['for nobody', { aud: undefined }, 'wrong_audience'],
    ['for a list without ours', { aud: ['others', ['hooks']] }, 'wrong_audience'],
  ])('refuses a token %s', async (_title, change, reason) => {
    const token = await tokenOf('ES256', { ...right, ...change });
    expect(await verdict(entryFor('ES256'), `Bearer ${token}`)).toEqual({ ok: false, reason });
  });

  it('allows a minute between the clocks, a list of audiences, and tokens without end where the entry says so', async () => {
    const accepts = async (claims: object, options = {}) =>
      (await verdict(entryFor('ES256', options), `Bearer ${await tokenOf('ES256', { ...right, ...claims })}`)).ok;
    expect(await accepts({ exp: seconds - 59, nbf: seconds + 60, iat: seconds + 60 })).toBe(true);
    expect(await accepts({ exp: seconds }, { leeway: 0 })).toBe(false);
    expect(await accepts({ aud: ['x', 'hooks'] }, { audience: ['y', 'hooks'] })).toBe(true);
    expect(await accepts({ exp: undefined }, { requireExpiry: false })).toBe(true);
    expect(await accepts({ exp: seconds - 60 }, { requireExpiry: false })).toBe(false);
  });

  it('refuses malformed and doubled headers', async () => {
    const token = await tokenOf('HS256');
    const [head, claims, signature] = token.split('.') as [string, string, string];
    const texts = [
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer${token}`,
      token,
      'Bearer ',
      `Basic ${token}`,
      `Bearer ${head}.${claims}`,
      `Bearer ${token}.`,
      `Bearer ${token}.${head}`,
      `Bearer ${head}.${claims}.${signature}=`,
      `Bearer ${head}=.${claims}.${signature}`,
      `Bearer ..`,
      `Bearer ${encode([])}.${claims}.${signature}`,
      `Bearer ${head}.${encode([right])}.${signature}`,
      `Bearer ${Buffer.from('{').toString('base64url')}.${claims}.${signature}`,
      `Bearer ${Buffer.from([0xff]).toString('base64url')}.${claims}.${signature}`,
      `Bearer ${head}.${'A'.repeat(9000)}.${signature}`,
      `Bearer ${encode({ alg: 'HS256', kid: 7 })}.${claims}.${signature}`,
      `Bearer ${encode({ alg: ['HS256'] })}.${claims}.${signature}`,
    ];
    for (const text of texts) {
      expect(await verdict(entryFor('HS256'), text)).toEqual({ ok: false, reason: 'malformed_signature' });
    }
    expect(await verdict(entryFor('HS256'), undefined)).toEqual({ ok: false, reason: 'missing_signature' });
    const critical = await tokenOf('HS256', right, { b64: true, crit: ['b64'] });
    expect(await verdict(entryFor('HS256'), `Bearer ${critical}`)).toEqual({
      ok: false,
      reason: 'malformed_signature',
    });
  });

  it.each<[string, Partial<SignatureEntry>]>([
    ['no algorithms', { options: { publicKey: rsa.publicKey } }],
    ['an empty list of algorithms', { options: { algorithms: [], publicKey: rsa.publicKey } }],
    ['no key', { options: { algorithms: ['RS256'] } }],
    ['a blank key', { options: { algorithms: ['RS256'], publicKey: ' ' } }],
    ['a blank key set', { options: { algorithms: ['RS256'], jwksUrl: '' } }],
    ['a private key for a public one', { options: { algorithms: ['RS256'], publicKey: rsa.privateKey } }],
    ['a key of another kind', { options: { algorithms: ['ES256'], publicKey: rsa.publicKey } }],
    ['no secret', { options: { algorithms: ['HS256'] } }],
    ['blank secrets', { secrets: ['', ' '], options: { algorithms: ['HS256'] } }],
    ['a blank issuer', { secrets: [secret], options: { algorithms: ['HS256'], issuer: '' } }],
    ['a blank audience', { secrets: [secret], options: { algorithms: ['HS256'], audience: [''] } }],
    ['no audience in its list', { secrets: [secret], options: { algorithms: ['HS256'], audience: [] } }],
  ])('refuses everything with %s', async (_title, change) => {
    const entry = { provider: 'jwt', secrets: [], ...change };
    for (const algorithm of ['RS256', 'ES256', 'HS256']) {
      const token = `Bearer ${await tokenOf(algorithm)}`;
      expect(await verdict(entry, token)).toEqual({ ok: false, reason: 'misconfigured' });
    }
  });

  it('refuses RSA keys under 2,048 bits', async () => {
    const { publicKey } = pemPair(newPair.rsa(1024));
    const entry = entryFor('RS256', { publicKey });
    expect(await verdict(entry, `Bearer ${await tokenOf('RS256')}`)).toEqual({ ok: false, reason: 'misconfigured' });
  });

  it('tries every secret and says which one fits', async () => {
    const entry = { ...entryFor('HS256'), secrets: ['', 'old', secret] };
    expect(await verdict(entry, `Bearer ${await tokenOf('HS256')}`)).toMatchObject({ ok: true, secretIndex: 2 });
  });

  it('reads keys as JWK, bare SPKI, and PEM with written-out line ends', async () => {
    const jwk = JSON.stringify(await exportJWK(createPublicKey(keys.ES256!.publicKey)));
    const pem = keys.ES256!.publicKey;
    const bare = pem.replace(/-----[^-]+-----/g, '').trim();
    for (const publicKey of [jwk, bare, bare.replace('\n', ''), pem.trim().replaceAll('\n', '\\n')]) {
      expect(await verdict(entryFor('ES256', { publicKey }), `Bearer ${await tokenOf('ES256')}`)).toMatchObject({
        ok: true,
      });
    }
  });

  it('never throws and accepts nothing by chance', async () => {
    await refusesAnything(entryFor('HS256'), ['authorization'], now);
    await refusesAnything(entryFor('RS256'), ['authorization'], now);
  });
});

describe('a jwt entry with a key set', () => {
  const named = { issuer: 'https://issuer.example', audience: 'hooks' };
  const options = { algorithms: ['ES256'], jwksUrl: 'https://issuer.example/jwks', ...named };
  const entry: SignatureEntry = { provider: 'jwt', secrets: [], options };
  const other = pemPair(newPair.ec('prime256v1'));
  const jwkOf = async (pem: string, kid: string, change: object = {}) => ({
    ...(await exportJWK(createPublicKey(pem))),
    kid,
    ...change,
  });
  const serving =
    (...jwks: unknown[]): FetchKey =>
    (url, rule) => {
      expect([url, rule]).toEqual(['https://issuer.example/jwks', { host: null, pathSuffix: '' }]);
      return Promise.resolve(Buffer.from(JSON.stringify({ keys: jwks })));
    };

  it('accepts a token by the key that its kid names, or by any that fits when it names none', async () => {
    const set = serving(null, 7, await jwkOf(other.publicKey, 'a'), await jwkOf(keys.ES256!.publicKey, 'b'));
    const named = await tokenOf('ES256', right, { kid: 'b' });
    expect(await verdict(entry, `Bearer ${named}`, set)).toMatchObject({ ok: true, secretIndex: null });
    expect(await verdict(entry, `Bearer ${await tokenOf('ES256')}`, set)).toMatchObject({ ok: true });
    const wrong = await tokenOf('ES256', right, { kid: 'a' });
    expect(await verdict(entry, `Bearer ${wrong}`, set)).toEqual({ ok: false, reason: 'mismatch' });
    const unknown = await tokenOf('ES256', right, { kid: 'https://evil.example/jwks' });
    expect(await verdict(entry, `Bearer ${unknown}`, set)).toEqual({ ok: false, reason: 'unknown_key' });
  });

  it('uses no key that says it serves something else', async () => {
    const changes = [{ use: 'enc' }, { alg: 'ES384' }, { key_ops: ['sign'] }, { d: 'x' }, { kty: 'oct', k: 'AA' }];
    for (const change of changes) {
      const set = serving(await jwkOf(keys.ES256!.publicKey, 'b', change));
      expect(await verdict(entry, `Bearer ${await tokenOf('ES256')}`, set)).toEqual({
        ok: false,
        reason: 'unknown_key',
      });
    }
  });

  it('refuses when the keys cannot be had', async () => {
    const token = `Bearer ${await tokenOf('ES256')}`;
    const texts = ['', '{', '[]', '{}', '{"keys":{}}'];
    const ports: FetchKey[] = texts.map((text) => () => Promise.resolve(Buffer.from(text)));
    for (const port of [...ports, nothingFetched, () => Promise.reject(new Error('down'))]) {
      expect(await verdict(entry, token, port)).toEqual({ ok: false, reason: 'key_unavailable' });
    }
  });

  it('fetches nothing for a token that its claims refuse', async () => {
    const port: FetchKey = () => {
      throw new Error('fetched');
    };
    const token = await tokenOf('ES256', { ...right, exp: 1 });
    expect(await verdict(entry, `Bearer ${token}`, port)).toMatchObject({ reason: 'timestamp_out_of_tolerance' });
  });
});
