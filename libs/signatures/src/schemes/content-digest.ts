import { createHash, timingSafeEqual } from 'node:crypto';
import type { SignatureFault } from '../contract.js';
import { parseDictionary } from './structured-field.js';

const HASHES: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

/**
 * What is wrong with a `Content-Digest` (RFC 9530, section 2) of these bytes; null when nothing is. Every digest of a
 * known algorithm must be right, and one of them has to be there; those of others are passed over.
 */
export function contentDigestFault(header: string, body: Buffer): SignatureFault | null {
  const digests = parseDictionary(header);
  if (!digests) return 'malformed_signature';
  let known = 0;
  for (const [name, { item }] of digests) {
    const hash = HASHES.get(name);
    if (hash === undefined) continue;
    if (item?.type !== 'bytes') return 'malformed_signature';
    const expected = createHash(hash).update(body).digest();
    if (item.value.length !== expected.length) return 'malformed_signature';
    if (!timingSafeEqual(item.value, expected)) return 'mismatch';
    known += 1;
  }
  return known === 0 ? 'wrong_algorithm' : null;
}

/** The header for these bytes. */
export function contentDigest(body: Buffer): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}
