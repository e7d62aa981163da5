import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { createSharedBuckets } from './buckets/create-shared-buckets.js';
import type { SharedBuckets } from './contract.js';
import { describeSharedBuckets } from './testing/bucket-conformance.js';
import { startFaultyProxy, type FaultyProxy } from './testing/faulty-proxy.js';
import { eventually } from './testing/queue-harness.js';

const redisUrl = process.env.TEST_REDIS_URL ?? '';
const prefix = `test-${randomUUID()}`;
const ONE = { bucket: 'one', rate: 1, burst: 5, want: 1 };

let redis: Redis;
let proxy: FaultyProxy;
const open: SharedBuckets[] = [];

function made(url = redisUrl): SharedBuckets {
  const buckets = createSharedBuckets({ redisUrl: url, prefix, commandTimeoutMs: 300 })!;
  open.push(buckets);
  return buckets;
}

function proxied(): SharedBuckets {
  const url = new URL(redisUrl);
  url.host = `127.0.0.1:${proxy.port}`;
  return made(url.toString());
}

beforeAll(async () => {
  if (redisUrl === '') throw new Error('TEST_REDIS_URL is not set.');
  redis = new Redis(redisUrl);
  const { hostname, port } = new URL(redisUrl);
  proxy = await startFaultyProxy(hostname, Number(port || 6379));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((buckets) => buckets.close()));
  await proxy.cut();
  await proxy.restore();
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
});

afterAll(async () => {
  await redis.quit();
  await proxy.close();
});

describeSharedBuckets('Redis', () => made());

it('are none without Redis', () => {
  expect(createSharedBuckets({ redisUrl: null, prefix, commandTimeoutMs: 300 })).toBeNull();
});

it('leave nothing behind: a bucket expires once it would be full, and a full one is not kept', async () => {
  const buckets = made();
  await buckets.take([
    { ...ONE, want: 3 },
    { ...ONE, bucket: 'looked-at', want: 0 },
  ]);
  const ttl = await redis.pttl(`${prefix}:buckets:one`);
  expect(ttl).toBeGreaterThan(0);
  expect(ttl).toBeLessThanOrEqual(3_000);
  expect(await redis.exists(`${prefix}:buckets:looked-at`)).toBe(0);
});

it('keep the keys of long names short', async () => {
  await made().take([{ ...ONE, bucket: 'x'.repeat(100_000) }]);
  const [key] = await redis.keys(`${prefix}:buckets:*`);
  expect(key!.length).toBeLessThan(prefix.length + 60);
});

it('survive a server that forgot the script', async () => {
  const buckets = made();
  await buckets.take([ONE]);
  await redis.script('FLUSH');
  expect((await buckets.take([ONE]))[0]!.granted).toBe(1);
});

it('take an unreadable bucket for a new one', async () => {
  await redis.set(`${prefix}:buckets:one`, 'nonsense');
  expect((await made().take([{ ...ONE, want: 9 }]))[0]!.granted).toBe(5);
});

it.each(['down', 'frozen'])('refuse while Redis is %s, and serve again afterwards', async (fault) => {
  const buckets = proxied();
  await buckets.take([ONE]);
  if (fault === 'down') await proxy.cut();
  else proxy.freeze();
  await expect(buckets.take([ONE])).rejects.toThrow();
  await proxy.restore();
  await eventually(async () => expect(await buckets.take([{ ...ONE, want: 0 }])).toHaveLength(1));
});

it('that were made while Redis was down work once it is up', async () => {
  await proxy.cut();
  const buckets = proxied();
  await expect(buckets.take([ONE])).rejects.toThrow();
  await proxy.restore();
  await eventually(async () => expect(await buckets.take([{ ...ONE, want: 0 }])).toHaveLength(1));
});

it('survive connections that died without closing', async () => {
  const buckets = proxied();
  await buckets.take([ONE]);
  proxy.abandon();
  await expect(buckets.take([ONE])).rejects.toThrow();
  await eventually(async () => expect(await buckets.take([{ ...ONE, want: 0 }])).toHaveLength(1));
});
