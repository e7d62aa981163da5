import type { SharedBuckets } from '../contract.js';

/** Buckets by name, each with what it held and when. */
export type BucketHub = Map<string, { tokens: number; at: number }>;

/**
 * Buckets without a network; those that share a hub share the buckets. Answers on a later turn of the event loop.
 * @param now milliseconds
 */
export function inMemorySharedBuckets(
  hub: BucketHub = new Map(),
  now: () => number = () => performance.now(),
): SharedBuckets {
  return {
    async take(requests) {
      return requests.map(({ bucket, rate, burst, want }) => {
        const at = now();
        const held = hub.get(bucket) ?? { tokens: burst, at };
        const tokens = Math.min(burst, held.tokens + (Math.max(0, at - held.at) * rate) / 1_000);
        const granted = Math.min(want, Math.floor(tokens));
        hub.set(bucket, { tokens: tokens - granted, at });
        return { granted, left: tokens - granted };
      });
    },
    async close() {},
  };
}
