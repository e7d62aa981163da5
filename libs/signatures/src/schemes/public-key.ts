import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import type { JsonObject } from '#shared';
import { decodeStrictly } from '../bytes.js';
import { readJsonObject } from './json-text.js';

const MOST_TEXT = 16_384;
const MOST_REMEMBERED = 256;
const remembered = new Map<string, KeyObject | null>();

/**
 * A public key written as PEM (`PUBLIC KEY` or `RSA PUBLIC KEY`, line ends also as `\n` in two characters, as
 * environment files have them), as bare base64 of SPKI, or as a JWK. Null for anything else, private keys included.
 */
export function readPublicKey(text: string): KeyObject | null {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const key = text.length > MOST_TEXT ? null : parsePublicKey(text.trim());
  // Reading an RSA key costs about as much as using it; entries hold the same few for days.
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(text, key);
  return key;
}

/** The public key of a JWK; null for symmetric and private ones, and for those that are wrong. */
export function readJwk(jwk: JsonObject): KeyObject | null {
  if (Object.hasOwn(jwk, 'd') || Object.hasOwn(jwk, 'k')) return null;
  return orNull(() => createPublicKey({ key: jwk, format: 'jwk' } as JsonWebKeyInput));
}

function parsePublicKey(text: string): KeyObject | null {
  if (text.startsWith('{')) {
    const jwk = readJsonObject(Buffer.from(text, 'utf8'));
    return jwk && readJwk(jwk);
  }
  const pem = text.replaceAll('\\n', '\n');
  if (/^-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) return orNull(() => createPublicKey(pem));
  const der = decodeStrictly(text.replace(/\s+/g, ''), 'base64');
  return der && orNull(() => createPublicKey({ key: der, format: 'der', type: 'spki' }));
}

function orNull(read: () => KeyObject): KeyObject | null {
  try {
    return read();
  } catch {
    return null;
  }
}
