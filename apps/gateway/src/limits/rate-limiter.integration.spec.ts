import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { createSharedBuckets } from '#queue';
import { createLogger } from '#shared';
import { creditOf, type RateLimit } from './credit-bucket.js';
import { RateLimiter } from './rate-limiter.js';

const redisUrl = process.env.TEST_REDIS_URL ?? '';
const logger = createLogger('test', 'silent');
const prefix = `test-${randomUUID()}`;
const PATIENCE = 20_000;
const open: RateLimiter[] = [];

/** Its own connection and its own knowledge, as that of a process; patient, for a machine that others keep busy. */
function gateway(): RateLimiter {
  const shared = createSharedBuckets({ redisUrl, prefix, commandTimeoutMs: PATIENCE });
  const limiter = new RateLimiter({ shared, logger, patienceMs: PATIENCE });
  open.push(limiter);
  return limiter;
}

const take = (limiter: RateLimiter, bucket: string, limit: RateLimit): number =>
  limiter.take(bucket, limit) === 0 ? 1 : 0;

afterEach(async () => {
  await Promise.all(open.splice(0).map((limiter) => limiter.close()));
});

it('four gateways on one Redis let through the rate together, and at most the credit of each besides', async () => {
  const limiters = [gateway(), gateway(), gateway(), gateway()];
  const limit = { rate: 500, burst: 100 };
  const startedAt = performance.now();
  let total = 0;
  // Far more than burst and credit: what flows in is let through too.
  while (total < 600 && performance.now() - startedAt < PATIENCE) {
    for (const limiter of limiters) for (let request = 0; request < 5; request++) total += take(limiter, 'one', limit);
    await sleep(2);
  }
  expect(total).toBeGreaterThanOrEqual(600);
  const flowedIn = (limit.rate * (performance.now() - startedAt)) / 1_000;
  expect(total).toBeLessThanOrEqual(limit.burst + flowedIn + 4 * creditOf(limit));
});

it('a gateway hears what the others spent, and a new one what all of them did', async () => {
  const limit = { rate: 1e-6, burst: 10 };
  const first = gateway();
  let total = 0;
  for (let request = 0; request < 10; request++) total += take(first, 'two', limit);
  await first.settle();
  expect(total).toBe(10);
  await first.close();
  const second = gateway();
  expect(take(second, 'two', limit)).toBe(1);
  await second.settle();
  expect(take(second, 'two', limit)).toBe(0);
});

it('settles by itself, without being asked', async () => {
  const limit = { rate: 1e-6, burst: 50 };
  const limiter = gateway();
  const shared = createSharedBuckets({ redisUrl, prefix, commandTimeoutMs: 1_000 })!;
  const deadline = performance.now() + 10_000;
  let left = 50;
  let total = 0;
  while (left >= 1 && performance.now() < deadline) {
    total += take(limiter, 'three', limit);
    await sleep(1);
    left = (await shared.take([{ bucket: 'three', ...limit, want: 0 }]))[0]!.left;
  }
  await shared.close();
  expect([Math.floor(left), total]).toEqual([0, 50]);
});
