import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { prepareQueueBackend } from './backends/prepare-queue-backend.js';
import type { QueueOptions } from './contract.js';
import { createReplyChannel } from './replies/create-reply-channel.js';
import { startFaultyProxy, type FaultyProxy } from './testing/faulty-proxy.js';
import { describeQueue } from './testing/queue-conformance.js';
import { eventually, jobOf, OpenParts } from './testing/queue-harness.js';
import { describeReplyChannel } from './testing/reply-conformance.js';

jest.setTimeout(60_000);

const redisUrl = process.env.TEST_REDIS_URL ?? '';
const prefix = `test-${randomUUID()}`;
/** What BullMQ keeps for the queue itself, not for a job. */
const KEPT = /:executions:(meta|id|events|marker|stalled|stalled-check)$/;

let redis: Redis;
let proxy: FaultyProxy;

const options = (): QueueOptions => ({ redisUrl, databaseUrl: '', prefix, commandTimeoutMs: 500, lockMs: 900 });

function proxiedOptions(): QueueOptions {
  const url = new URL(redisUrl);
  url.host = `127.0.0.1:${proxy.port}`;
  return { ...options(), redisUrl: url.toString() };
}

beforeAll(async () => {
  if (redisUrl === '') throw new Error('TEST_REDIS_URL is not set.');
  redis = new Redis(redisUrl);
  const { hostname, port } = new URL(redisUrl);
  proxy = await startFaultyProxy(hostname, Number(port || 6379));
  await prepareQueueBackend(options());
});

afterAll(async () => {
  await forget();
  await redis.quit();
  await proxy.close();
});

async function forget(): Promise<void> {
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
}

const backend = () => ({
  options: options(),
  proxied: proxiedOptions(),
  proxy,
  loseEverything: forget,
  remains: async () => (await redis.keys(`${prefix}:*`)).filter((key) => !KEPT.test(key)),
  forge: async (instance: string, message: string) => {
    await redis.publish(`${prefix}:replies:${instance}`, message);
  },
});

describeQueue('Redis', backend);
describeReplyChannel('Redis', () => ({
  mostBytes: 64 * 1024,
  create: () => createReplyChannel(options()),
  forge: (instance, message) => backend().forge(instance, message),
}));

it('lets a producer that was made while Redis is down work once it is up', async () => {
  const parts = new OpenParts();
  await proxy.cut();
  const producer = parts.producer(proxiedOptions());
  await expect(producer.enqueue(jobOf('a'))).rejects.toThrow();
  await proxy.restore();
  await eventually(() => producer.enqueue(jobOf('a')));
  expect(await producer.findMissing(['a-0'])).toEqual([]);
  await parts.close();
});
