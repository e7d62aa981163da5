import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JOB_PRODUCER, queueModule, type ExecutionJob, type JobProducer, type QueueOptions } from '#queue';
import { createLogger } from '#shared';
import type { Storage } from '#storage';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  saveSampleWorkflow,
  type TestDatabase,
} from '#storage/testing';
import { Dispatcher } from './dispatcher.js';
import { PAGE } from './page.js';

const BACKLOG = 100_000;
/** Accepted at once, as a gateway under load would. */
const BURST = 2_000;
/** Every third has a delivery id, whose hash stands in its job id. */
const NAMED = 3;
const ROUNDS = 3;
/** The last page of a round is the first that is not full. */
const PASSES_PER_ROUND = BACKLOG / PAGE + 1;

let database: TestDatabase;
let storage: Storage;
const queues: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
});

afterAll(async () => {
  for (const queue of queues) await queue.close();
  await storage?.close();
  await database?.drop();
});

async function openQueue(): Promise<JobProducer> {
  const options: QueueOptions = {
    redisUrl: process.env['TEST_REDIS_URL']!,
    databaseUrl: database.url,
    prefix: `backlog_${randomBytes(6).toString('hex')}`,
    commandTimeoutMs: 10_000,
    lockMs: 30_000,
  };
  const queue = await NestFactory.createApplicationContext(queueModule(options), { logger: false });
  queues.push(queue);
  return queue.get<JobProducer>(JOB_PRODUCER);
}

/** Accepts a burst and enqueues it as the gateway does: the executions of one commit as chunks. */
async function acceptBurst(ids: { workflowId: number; versionId: number }, producer: JobProducer, first: number) {
  const requests = Array.from({ length: BURST }, (_, index) =>
    sampleAccept({ ...ids, ...((first + index) % NAMED === 0 ? { dedupKey: `event-${first + index}` } : {}) }),
  );
  const jobs = requests.map(async (request) => {
    const accepted = await storage.acceptor.accept(request);
    if (accepted.kind !== 'accepted') throw new Error(`It was not accepted: ${accepted.kind}`);
    await producer.enqueue({
      executionId: accepted.executionId,
      attempt: 0,
      dedupId: request.dedup?.id.toString('hex') ?? null,
      urgent: false,
      chunk: accepted.chunk,
    });
  });
  await Promise.all(jobs);
}

/** A dispatcher over this queue, with what it hands over. */
function dispatcherOver(producer: JobProducer): { dispatcher: Dispatcher; enqueued: ExecutionJob[] } {
  const enqueued: ExecutionJob[] = [];
  const dispatcher = new Dispatcher({
    dispatch: storage.dispatch,
    executions: storage.executions,
    producer: {
      findMissing: (ids) => producer.findMissing(ids),
      enqueue: async (job) => {
        enqueued.push(job);
        await producer.enqueue(job);
      },
    },
    replies: { publish: async () => undefined },
    strandedAfterMs: 0,
    leaseTtlMs: 15_000,
    logger: createLogger('test', 'silent'),
  });
  return { dispatcher, enqueued };
}

describe('a backlog of 100,000 executions', () => {
  it('is waiting, not lost: three rounds of the dispatcher over it enqueue nothing', async () => {
    const ids = await saveSampleWorkflow(storage, { key: 'backlog' });
    const producer = await openQueue();
    for (let first = 0; first < BACKLOG; first += BURST) await acceptBurst(ids, producer, first);
    expect(await storage.dispatch.countQueued(BACKLOG + 1)).toBe(BACKLOG);
    const { dispatcher, enqueued } = dispatcherOver(producer);
    for (let pass = 0; pass < ROUNDS * PASSES_PER_ROUND; pass += 1) await dispatcher.pass();
    expect(enqueued).toHaveLength(0);
  }, 300_000);

  it('is handed over again, each execution once, when the queue lost its memory', async () => {
    const { dispatcher, enqueued } = dispatcherOver(await openQueue());
    for (let pass = 0; pass < 2 * PASSES_PER_ROUND; pass += 1) await dispatcher.pass();
    expect(enqueued).toHaveLength(BACKLOG);
    expect(new Set(enqueued.map(({ executionId }) => executionId)).size).toBe(BACKLOG);
  }, 300_000);
});
