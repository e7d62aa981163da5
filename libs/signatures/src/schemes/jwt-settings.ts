import type { KeyObject } from 'node:crypto';
import type { SignatureEntry } from '../contract.js';
import { isUsable, secondsOption, textOption } from './entry-options.js';
import type { JwtExpectation } from './jwt-token.js';
import { fitsAlgorithm, type PinnedAlgorithm } from './pinned-algorithms.js';
import { readPublicKey } from './public-key.js';

/** JWS algorithms with public keys, RFC 7518 section 3.1 and RFC 8037. */
export const PUBLIC_KEY_ALGORITHMS: Readonly<Record<string, PinnedAlgorithm | undefined>> = {
  __proto__: null as never,
  RS256: 'rsa-pkcs1-sha256',
  RS384: 'rsa-pkcs1-sha384',
  RS512: 'rsa-pkcs1-sha512',
  PS256: 'rsa-pss-sha256',
  PS384: 'rsa-pss-sha384',
  PS512: 'rsa-pss-sha512',
  ES256: 'ecdsa-p256-sha256',
  ES384: 'ecdsa-p384-sha384',
  ES512: 'ecdsa-p521-sha512',
  EdDSA: 'ed25519',
};

/** JWS algorithms with shared secrets, and their hashes. */
export const SECRET_ALGORITHMS: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  HS256: 'sha256',
  HS384: 'sha384',
  HS512: 'sha512',
};

/** What an entry says about tokens, checked. */
export interface JwtSettings {
  algorithms: readonly string[];
  publicKey: KeyObject | null;
  jwksUrl: string | null;
  expected: JwtExpectation;
}

const LEEWAY_SECONDS = 60;

/**
 * Reads an entry's options. Null when it could not tell a right token from a wrong one: no algorithms or unknown ones,
 * a family of algorithms without its keys, two places for public keys, blank texts.
 */
export function jwtSettings(entry: SignatureEntry): JwtSettings | null {
  const algorithms = textList(entry.options?.algorithms);
  const issuer = textOption(entry, 'issuer');
  const audiences = readAudiences(entry);
  if (!algorithms?.length || !audiences || issuer === null) return null;
  const keys = hasKeys(entry, algorithms) ? publicKeys(entry, algorithms) : null;
  if (!keys) return null;
  const expected = {
    issuer: issuer ?? null,
    audiences,
    leeway: secondsOption(entry, 'leeway', LEEWAY_SECONDS),
    requireExpiry: entry.options?.requireExpiry !== false,
  };
  return { algorithms, ...keys, expected };
}

/** A secret that is a public key in fact would let everybody sign: it is none (the HS256 with an RSA key attack). */
export function isUsableJwtSecret(secret: unknown): secret is string {
  return isUsable(secret) && !secret.includes('-----BEGIN');
}

function readAudiences({ options = {} }: SignatureEntry): string[] | null {
  if (options.audience === undefined) return [];
  const audiences = textList(options.audience);
  // A list without anybody is a template that gave nothing, not a wish to let everybody in.
  return audiences?.length ? audiences : null;
}

function publicKeys(
  entry: SignatureEntry,
  algorithms: readonly string[],
): Pick<JwtSettings, 'publicKey' | 'jwksUrl'> | null {
  const text = textOption(entry, 'publicKey');
  const jwksUrl = textOption(entry, 'jwksUrl');
  if (text === null || jwksUrl === null || (text !== undefined && jwksUrl !== undefined)) return null;
  if (text === undefined) return { publicKey: null, jwksUrl: jwksUrl ?? null };
  const publicKey = readPublicKey(text);
  const fits = algorithms.some((name) => {
    const algorithm = PUBLIC_KEY_ALGORITHMS[name];
    return publicKey !== null && algorithm !== undefined && fitsAlgorithm(algorithm, publicKey);
  });
  return fits ? { publicKey, jwksUrl: null } : null;
}

function hasKeys(entry: SignatureEntry, algorithms: readonly string[]): boolean {
  const hasPublic = entry.options?.publicKey !== undefined || entry.options?.jwksUrl !== undefined;
  const hasSecret = entry.secrets.some(isUsableJwtSecret);
  return algorithms.every((name) => {
    if (SECRET_ALGORITHMS[name] !== undefined) return hasSecret;
    return PUBLIC_KEY_ALGORITHMS[name] !== undefined && hasPublic;
  });
}

/** A text or a list of texts, as a list; null when it holds anything blank. */
function textList(value: unknown): string[] | null {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.every(isUsable) ? list : null;
}
