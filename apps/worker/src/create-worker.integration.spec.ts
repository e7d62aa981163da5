import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { Storage } from '#storage';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  saveSampleWorkflow,
  type TestDatabase,
} from '#storage/testing';
import { eventually } from '../../../test/support/eventually.js';
import { startWitness, type Witness } from '../../../test/support/witness.js';
import { createWorker, type RunningWorker } from './create-worker.js';
import { loadWorkerConfig } from './worker.config.js';

const call = (key: string, path: string) => ({
  key,
  type: 'request',
  config: { url: `{{$context.data.url}}${path}`, method: 'POST', timeout: 60_000 },
});

describe.each([
  { backend: 'Redis', redisUrl: process.env['TEST_REDIS_URL'] },
  { backend: 'Postgres', redisUrl: undefined },
])('a worker on $backend', ({ redisUrl }) => {
  let database: TestDatabase;
  let storage: Storage;
  let witness: Witness;
  let workers: RunningWorker[];

  beforeAll(async () => {
    database = await createTestDatabase();
    storage = await openTestStorage(database.url);
  });
  afterAll(async () => {
    await storage?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    workers = [];
    witness = await startWitness();
  });
  afterEach(async () => {
    witness.close();
    await Promise.all(workers.map((worker) => worker.close()));
  }, 30_000);

  const prefix = `t${randomBytes(6).toString('hex')}`;
  async function start(): Promise<RunningWorker> {
    const config = loadWorkerConfig({
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      HOOKMILL_MASTER_KEY: '07'.repeat(32),
      QUEUE_PREFIX: prefix,
      WORKER_PORT: '0',
      LISTEN_ADDRESS: '127.0.0.1',
      LOG_LEVEL: 'silent',
      HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
      WORKER_CONCURRENCY: '1',
      DRAIN_TIMEOUT: '20s',
      DISPATCH_STRANDED_AFTER: '100ms',
    });
    const worker = await createWorker(config);
    workers.push(worker);
    return worker;
  }

  /** Committed and not enqueued: the dispatcher finds it. */
  async function accept(key: string, nodes: Json[]): Promise<string> {
    const document = { key, trigger: { type: 'webhook', mode: 'async' }, nodes };
    const ids = await saveSampleWorkflow(storage, { key, document });
    const body = Buffer.from(JSON.stringify({ url: witness.url }));
    const request = sampleAccept({ ...ids, request: { body } });
    await storage.acceptor.accept(request);
    return request.executionId;
  }

  const found = (id: string) => storage.history.findExecution(id);
  const ended = (id: string) =>
    eventually(
      () => found(id),
      (execution) => execution!.endedAt !== null,
    );
  const called = (count: number) =>
    eventually(
      () => witness.calls.length,
      (calls) => calls === count,
    );

  it('finishes the node it is at when it is closed, and hands the rest to the next worker', async () => {
    const first = await start();
    const id = await accept('handed-back', [call('one', '/one'), call('two', '/two')]);
    await called(1);
    const closed = workers.splice(workers.indexOf(first), 1)[0]!.close();
    witness.release();
    await closed;
    expect(await found(id)).toMatchObject({ status: 'queued', nodeRuns: [{ nodeKey: 'one', status: 'resolved' }] });
    expect(witness.calls).toEqual(['/one']);
    await start();
    expect(await ended(id)).toMatchObject({ status: 'resolved' });
    expect(witness.calls).toEqual(['/one', '/two']);
  }, 40_000);

  it('breaks off what is canceled while it runs', async () => {
    await start();
    const id = await accept('canceled', [call('one', '/one'), call('two', '/two')]);
    await called(1);
    const error = { code: 'canceled', message: 'Canceled by hand.' };
    await storage.executions.endFromOutside(id, { status: 'canceled', reason: 'manual_cancel', error });
    // Only a worker that heard of it takes the next one: it has one slot.
    const next = await accept('next', [call('three', '/three')]);
    await called(2);
    witness.release();
    expect(await ended(next)).toMatchObject({ status: 'resolved' });
    expect(await found(id)).toMatchObject({ status: 'canceled', nodeRuns: [{ nodeKey: 'one', status: 'canceled' }] });
    expect(witness.calls).toEqual(['/one', '/three']);
  }, 40_000);

  it('goes on behind a delay', async () => {
    await start();
    witness.release();
    const delay = { key: 'wait', type: 'delay', config: { duration: 0.2, unit: 'second' } };
    const id = await accept('delayed', [call('one', '/one'), delay, call('two', '/two')]);
    const execution = await ended(id);
    expect(execution!.nodeRuns.map(({ nodeKey, status }) => [nodeKey, status])).toEqual([
      ['one', 'resolved'],
      ['wait', 'resolved'],
      ['two', 'resolved'],
    ]);
    expect(witness.calls).toEqual(['/one', '/two']);
  }, 40_000);
});
