import { hash } from 'node:crypto';

const PLAIN = /^[\w.:/-]{1,80}$/;

/**
 * The part of a Redis key that names a bucket: the name itself, or its hash when it is long or holds anything unusual.
 * Braces never get through, so the prefix alone decides the slot in a cluster; no plain name begins like a hash.
 */
export function bucketKey(bucket: string): string {
  return PLAIN.test(bucket) ? bucket : `#${hash('sha256', bucket, 'base64url')}`;
}
