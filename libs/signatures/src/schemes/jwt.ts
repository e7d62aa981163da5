import { createHmac, randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import { isJsonObject } from '#shared';
import type {
  FetchKey,
  JwtScheme,
  SchemeHandler,
  SignatureEntry,
  SignatureVerdict,
  SigningEntry,
} from '../contract.js';
import { memberOf, readJsonObject, textMember } from './json-text.js';
import {
  isUsableJwtSecret,
  jwtSettings,
  PUBLIC_KEY_ALGORITHMS,
  SECRET_ALGORITHMS,
  type JwtSettings,
} from './jwt-settings.js';
import { claimsFault, readJwt, type JwtParts } from './jwt-token.js';
import { fitsAlgorithm, signPinned, verifyPinned, type PinnedAlgorithm } from './pinned-algorithms.js';
import { readJwk } from './public-key.js';
import { misconfigured, refused } from './verdict.js';

/** One token and nothing after it: a doubled header arrives joined by `, ` and matches no more. */
const BEARER = /^bearer +([A-Za-z0-9_.-]+)$/i;

/** Keys of a set that are tried for a token which names none: each try costs a verification. */
const MOST_TRIED = 10;

const MOST_KEYS = 100;

const LIFE_SECONDS = 300;

/**
 * Bearer tokens (RFC 7519, RFC 8725). The algorithms are the entry's; a shared secret serves HS* only, a public key the
 * others. Claims are looked at before the signature: a token that is over costs no verification and no fetch.
 */
export const jwtHandler: SchemeHandler<JwtScheme> = {
  headersOnly: true,
  verify(_scheme, entry, message, fetchKey) {
    const { authorization = '' } = message.headers;
    const settings = jwtSettings(entry);
    if (!settings) return misconfigured(authorization);
    if (authorization === '') return refused('missing_signature');
    const jwt = readJwt(BEARER.exec(authorization)?.[1] ?? '');
    if (!jwt) return refused('malformed_signature');
    if (!settings.algorithms.includes(jwt.algorithm)) return refused('wrong_algorithm');
    const fault = claimsFault(jwt.claims, settings.expected, message.now);
    if (fault) return refused(fault);
    return verifyBytes(entry, settings, jwt, fetchKey);
  },
  sign(_scheme, entry, request, now) {
    const settings = jwtSettings(entry);
    if (!settings) throw new Error('This jwt entry contradicts itself and cannot sign.');
    const [algorithm = ''] = settings.algorithms;
    const issued = Math.floor(now.getTime() / 1000);
    const claims = {
      ...(settings.expected.issuer === null ? {} : { iss: settings.expected.issuer }),
      ...(settings.expected.audiences.length === 0 ? {} : { aud: settings.expected.audiences[0] }),
      iat: issued,
      exp: issued + LIFE_SECONDS,
      jti: randomUUID(),
    };
    const header = { alg: algorithm, typ: 'JWT', ...(entry.keyId === undefined ? {} : { kid: entry.keyId }) };
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = signInput(entry, algorithm, Buffer.from(input, 'latin1')).toString('base64url');
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${input}.${signature}` } };
  },
};

function verifyBytes(
  entry: SignatureEntry,
  { publicKey, jwksUrl }: JwtSettings,
  jwt: JwtParts,
  fetchKey: FetchKey,
): SignatureVerdict | Promise<SignatureVerdict> {
  const hash = SECRET_ALGORITHMS[jwt.algorithm];
  if (hash !== undefined) return verifySecret(entry, jwt, hash);
  const algorithm = PUBLIC_KEY_ALGORITHMS[jwt.algorithm]!;
  return publicKey ? verifyKeys([publicKey], algorithm, jwt) : verifyFetched(jwksUrl!, algorithm, jwt, fetchKey);
}

function verifySecret(entry: SignatureEntry, jwt: JwtParts, hash: string): SignatureVerdict {
  // All are tried: the time taken tells nothing about which one matched.
  const matches = entry.secrets.map((secret) => {
    const expected = createHmac(hash, isUsableJwtSecret(secret) ? secret : ' ')
      .update(jwt.signedBytes)
      .digest();
    const isEqual = expected.length === jwt.signature.length && timingSafeEqual(expected, jwt.signature);
    return isEqual && isUsableJwtSecret(secret);
  });
  const secretIndex = matches.indexOf(true);
  return secretIndex < 0 ? refused('mismatch') : accepted(secretIndex, jwt);
}

function verifyKeys(keys: readonly KeyObject[], algorithm: PinnedAlgorithm, jwt: JwtParts): SignatureVerdict {
  const fitting = keys.filter((key) => fitsAlgorithm(algorithm, key)).slice(0, MOST_TRIED);
  if (fitting.length === 0) return refused('unknown_key');
  const isRight = fitting.some((key) => verifyPinned(algorithm, key, jwt.signedBytes, jwt.signature));
  return isRight ? accepted(null, jwt) : refused('mismatch');
}

async function verifyFetched(
  jwksUrl: string,
  algorithm: PinnedAlgorithm,
  jwt: JwtParts,
  fetchKey: FetchKey,
): Promise<SignatureVerdict> {
  const bytes = await fetchKey(jwksUrl, { host: null, pathSuffix: '' }).catch(() => null);
  const set = bytes && memberOf(readJsonObject(bytes) ?? undefined, 'keys');
  if (!Array.isArray(set)) return refused('key_unavailable');
  const keys = set
    .slice(0, MOST_KEYS)
    .filter((jwk) => isJsonObject(jwk) && isMeant(jwk, jwt))
    .flatMap((jwk) => (isJsonObject(jwk) ? (readJwk(jwk) ?? []) : []));
  return verifyKeys(keys, algorithm, jwt);
}

/** RFC 7517, section 4: a key's own words on what it is for. */
function isMeant(jwk: Parameters<typeof readJwk>[0], jwt: JwtParts): boolean {
  const [use, algorithm, operations] = ['use', 'alg', 'key_ops'].map((name) => memberOf(jwk, name));
  if (use !== undefined && use !== 'sig') return false;
  if (algorithm !== undefined && algorithm !== jwt.algorithm) return false;
  if (Array.isArray(operations) && !operations.includes('verify')) return false;
  return jwt.keyId === null || memberOf(jwk, 'kid') === jwt.keyId;
}

function accepted(secretIndex: number | null, jwt: JwtParts): SignatureVerdict {
  const id = textMember(jwt.claims, 'jti');
  return { ok: true, secretIndex, ...(id === null ? {} : { signedId: id }) };
}

function signInput(entry: SigningEntry, algorithm: string, input: Buffer): Buffer {
  const hash = SECRET_ALGORITHMS[algorithm];
  const [secret] = entry.secrets;
  if (hash !== undefined && isUsableJwtSecret(secret)) return createHmac(hash, secret).update(input).digest();
  const pinned = PUBLIC_KEY_ALGORITHMS[algorithm];
  if (pinned === undefined || entry.privateKey === undefined)
    throw new Error('This jwt entry has no key to sign with.');
  return signPinned(pinned, entry.privateKey, input);
}
