import { equalInConstantTime } from '#shared';

/**
 * Compares a presented token with the configured one in constant time. A blank configured token refuses everything.
 * @param presented what came in; undefined or empty when nothing did
 */
export function verifyToken(configured: string, presented: string | undefined): boolean {
  if (configured.trim() === '' || presented === undefined || presented === '') return false;
  return equalInConstantTime(configured, presented);
}
