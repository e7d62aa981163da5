import { RedisSharedBuckets } from '../backends/redis/redis-shared-buckets.js';
import type { QueueOptions, SharedBuckets } from '../contract.js';

/**
 * Buckets on Redis; null when there is none: one row per bucket in Postgres would make a write of every request that is
 * to be refused cheaply, so without Redis each process counts for itself. Nothing connects before the first `take`.
 * `onError` hears of connection faults.
 */
export function createSharedBuckets(
  options: Pick<QueueOptions, 'redisUrl' | 'prefix' | 'commandTimeoutMs'>,
  onError: (error: Error) => void = () => undefined,
): SharedBuckets | null {
  return options.redisUrl === null ? null : new RedisSharedBuckets(options.redisUrl, options, onError);
}
