/** Counts, on calls from workflows, how many workflows called each other to get there. The gateway refuses too many. */
export const HOPS_HEADER = 'x-hookmill-hops';

/**
 * Hops that the request with these headers (lower-case names) had made; 0 for one that came from elsewhere or says
 * nonsense. Only a guard against loops: a sender may claim what it likes, and harms its own request at most.
 */
export function hopsOf(headers: unknown): number {
  if (typeof headers !== 'object' || headers === null || !Object.hasOwn(headers, HOPS_HEADER)) return 0;
  const text = (headers as Record<string, unknown>)[HOPS_HEADER];
  return typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
}
