/** How often an effect is tried and how long to wait in between. */
export interface RetryPolicy {
  /** All tries, the first included; at least 1. */
  attempts: number;
  /** Milliseconds before the second try; doubled for each further one. */
  backoff: number;
}

/** Longest wait between two tries in milliseconds: the worker's slot is taken meanwhile. */
export const MAX_RETRY_DELAY_MS = 60_000;

/**
 * Milliseconds to wait after try number `tried` (1 for the first), or null when there is no further try: the policy is
 * used up, or the receiver asks for more patience than {@link MAX_RETRY_DELAY_MS}. The backoff doubles with equal
 * jitter (between half and all of it) so that senders that failed together do not come back together; a `retryAfter` in
 * milliseconds is the least. `random` gives numbers in [0, 1).
 */
export function retryDelay(
  policy: RetryPolicy,
  tried: number,
  retryAfter: number | null,
  random: () => number,
): number | null {
  if (tried >= policy.attempts) return null;
  if (retryAfter !== null && retryAfter > MAX_RETRY_DELAY_MS) return null;
  const full = Math.min(policy.backoff * 2 ** (tried - 1), MAX_RETRY_DELAY_MS);
  return Math.max(Math.round(full * (0.5 + random() / 2)), retryAfter ?? 0);
}

/**
 * Milliseconds asked for by a `Retry-After` header (RFC 9110 10.2.3): seconds or an HTTP date. Null when the header is
 * absent or says neither; a date in the past is 0.
 */
export function parseRetryAfter(header: string | undefined, now: Date): number | null {
  const text = header?.trim();
  if (text === undefined || text === '') return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return /[A-Za-z]/.test(text) && !Number.isNaN(at) ? Math.max(0, at - now.getTime()) : null;
}
