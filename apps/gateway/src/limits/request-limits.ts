import type { RateLimit } from './credit-bucket.js';
import type { FailureBudget } from './failure-budget.js';
import type { RateLimiter } from './rate-limiter.js';

/** The limits of gates 3 and 8; what is switched off is null, so that it costs one comparison. */
export interface RequestLimits {
  perAddress: RateLimit | null;
  /** Of all requests together. */
  overall: RateLimit | null;
  failures: Pick<FailureBudget, 'waitMs' | 'burn'> | null;
  buckets: Pick<RateLimiter, 'take'>;
}

/** `requests` per second with twice as many at once; 0 is no limit. */
export function limitPerSecond(requests: number): RateLimit | null {
  return requests === 0 ? null : { rate: requests, burst: 2 * requests };
}
