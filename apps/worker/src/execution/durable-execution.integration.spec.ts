import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LostClaim, type HttpClient, type HttpRequest, type HttpResult } from '#engine';
import type { ExecutionJob } from '#queue';
import type { Json, JsonObject } from '#shared';
import type { ExecutionDetail, Storage } from '#storage';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  saveSampleWorkflow,
  type TestDatabase,
} from '#storage/testing';
import { eventually } from '../../../../test/support/eventually.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { dispatcherParts } from '../testing/dispatcher-parts.js';
import { startTestWorker, type TestWorker } from '../testing/start-test-worker.js';
import { settleJob } from './settle-job.js';

/** A call that a node made, to be answered by the test. */
interface Call {
  request: HttpRequest;
  answer(body: Json): void;
}

const post = { key: 'call', type: 'request', config: { url: 'https://example.com/a', method: 'POST', onlyData: true } };
const get = { ...post, config: { ...post.config, method: 'GET' } };
const script = { key: 'script', type: 'script', config: { content: 'return 20' } };
const delay = { key: 'wait', type: 'delay', config: { duration: 0.1, unit: 'second' } };
const double = {
  key: 'double',
  type: 'calculation',
  config: { engine: 'math.js', expression: '{{$jobsMapByNodeKey.script}} * 2' },
};

describe('durable execution', () => {
  let database: TestDatabase;
  let storage: Storage;
  let queue: ExecutionJob[];
  let calls: Call[];
  let scripts: number;
  let onScript: () => void;
  let workers: TestWorker[];
  let saved = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    storage = await openTestStorage(database.url);
  });
  afterAll(async () => {
    await storage?.close();
    await database?.drop();
  });
  beforeEach(() => {
    queue = [];
    calls = [];
    scripts = 0;
    onScript = () => undefined;
    workers = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.vanish()));
  });

  const producer = { enqueue: async (job: ExecutionJob) => void queue.push(job) };
  const send = (request: HttpRequest) =>
    new Promise<HttpResult>((resolve) => {
      const body = (value: Json) => Buffer.from(JSON.stringify(value));
      const headers = { 'content-type': 'application/json' };
      const answer = (value: Json) => resolve({ ok: true, status: 200, statusText: 'OK', headers, body: body(value) });
      calls.push({ request, answer });
      request.signal.addEventListener('abort', () => resolve({ ok: false, code: 'aborted', message: 'aborted' }));
    });

  async function startWorker(http: HttpClient = { send }): Promise<TestWorker> {
    const run = async () => {
      scripts += 1;
      onScript();
      return { ok: true as const, result: 20, log: '' };
    };
    const worker = await startTestWorker(storage, producer, { http, script: { run } });
    workers.push(worker);
    return worker;
  }

  async function accept(nodes: Json[], options: Record<string, Json> = {}, count = 1): Promise<string[]> {
    const key = `durable-${(saved += 1)}`;
    const document = { key, trigger: { type: 'webhook', mode: 'async' }, options, nodes };
    const ids = await saveSampleWorkflow(storage, { key, document: document as JsonObject });
    const requests = Array.from({ length: count }, (_, number) =>
      sampleAccept({ ...ids, request: { body: Buffer.from(JSON.stringify({ number })) } }),
    );
    await Promise.all(requests.map((request) => storage.acceptor.accept(request)));
    const executionIds = requests.map((request) => request.executionId);
    queue.push(...executionIds.map((executionId) => ({ executionId, attempt: 0, dedupId: null, urgent: false })));
    return executionIds;
  }

  const take = () => queue.shift()!;
  const called = (count: number) =>
    eventually(
      () => calls.length,
      (made) => made === count,
    );
  const find = async (id: string): Promise<ExecutionDetail> => (await storage.history.findExecution(id))!;
  const results = (found: ExecutionDetail) =>
    found.nodeRuns.map(({ nodeKey, status, result }) => [nodeKey, status, result]);

  /** One pass of a dispatcher that recovers without grace. Stranded ones are the business of its own specs. */
  async function dispatch(): Promise<void> {
    const { dispatch, executions } = storage;
    const parts = dispatcherParts({ producer });
    const findQueued = async () => [];
    await new Dispatcher({
      ...parts,
      dispatch: {
        findQueued,
        findLost: (_graceMs, limit) => dispatch.findLost(0, limit),
        requeueLost: (execution) => dispatch.requeueLost(execution),
        resumeDue: (limit) => dispatch.resumeDue(limit),
        findExpired: (graceMs, limit) => dispatch.findExpired(graceMs, limit),
        findOrphans: (limit) => dispatch.findOrphans(limit),
      },
      executions,
    }).pass();
  }

  const enqueuedAfterPasses = () =>
    eventually(
      async () => {
        await dispatch();
        return queue.length;
      },
      (count) => count === 1,
    );

  it('lets a worker that was taken for dead write nothing: nobody knows about its effect, which is not repeated', async () => {
    const [id] = await accept([post]);
    const zombie = await startWorker();
    const late = zombie.run(take());
    await called(1);
    // Gone for everybody but the zombie, which did not hear of it.
    await storage.leases.release(zombie.lease.hold(new AbortController()).id);
    await dispatch();
    await (await startWorker()).run(take());
    const ended = await find(id!);
    expect(ended).toMatchObject({
      status: 'retry_needed',
      reason: 'worker_lost',
      nodeRuns: [{ status: 'retry_needed' }],
    });
    calls[0]!.answer({ from: 'zombie' });
    await late;
    expect(await find(id!)).toEqual(ended);
    expect(calls).toHaveLength(1);
  });

  it('repeats an effect that may be repeated, under the same Idempotency-Key, and keeps the result of who owns it', async () => {
    const [id] = await accept([get]);
    const zombie = await startWorker();
    const late = zombie.run(take());
    await called(1);
    await storage.leases.release(zombie.lease.hold(new AbortController()).id);
    await dispatch();
    const owner = (await startWorker()).run(take());
    await called(2);
    calls[0]!.answer({ from: 'zombie' });
    await late;
    expect((await find(id!)).status).toBe('started');
    calls[1]!.answer({ from: 'owner' });
    await owner;
    const found = await find(id!);
    expect([found.status, results(found)]).toEqual(['resolved', [['call', 'resolved', { from: 'owner' }]]]);
    const keys = calls.map(({ request }) => request.headers['idempotency-key']);
    expect(keys[0]).toBeTruthy();
    expect(keys[1]).toBe(keys[0]);
  });

  it.each([1, 2])('acts once when one job runs twice at the same time (workers: %s)', async (count) => {
    const [id] = await accept([post]);
    const first = await startWorker();
    const second = count === 1 ? first : await startWorker();
    const job = take();
    const runs = Promise.allSettled([first.run(job), second.run(job)]);
    await called(1);
    calls[0]!.answer({ ok: true });
    const settled = await runs;
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(settled.find((run) => run.status === 'rejected')!.reason).toBeInstanceOf(LostClaim);
    const found = await find(id!);
    expect([found.status, results(found)]).toEqual(['resolved', [['call', 'resolved', { ok: true }]]]);
    expect(calls).toHaveLength(1);
  });

  it('Trap 18: breaks off an effect whose execution was canceled while it ran, and drops its late result', async () => {
    const [id] = await accept([post, script]);
    const worker = await startWorker();
    const run = worker.run(take());
    await called(1);
    const error = { code: 'canceled', message: 'Canceled by hand.' };
    const ended = { status: 'canceled', reason: 'manual_cancel', error } as const;
    expect(await storage.executions.endFromOutside(id!, ended)).toMatchObject({ kind: 'ended' });
    const canceled = await find(id!);
    await worker.running.look();
    await expect(run).rejects.toBeInstanceOf(LostClaim);
    expect(calls[0]!.request.signal.aborted).toBe(true);
    expect(canceled.status).toBe('canceled');
    expect(await find(id!)).toEqual(canceled);
    expect(scripts).toBe(0);
  });

  it('Trap 18: ends an execution whose time limit passes while it waits on a delay', async () => {
    const long = { ...delay, config: { duration: 1, unit: 'day' } };
    const [id] = await accept([long, script], { timeout: 1_500 });
    await (await startWorker()).run(take());
    expect(await storage.executions.findReply(id!)).toMatchObject({ status: 'started', suspended: true });
    const found = await eventually(
      async () => {
        await dispatch();
        return find(id!);
      },
      ({ endedAt }) => endedAt !== null,
    );
    expect(found).toMatchObject({ status: 'aborted', reason: 'timeout', nodeRuns: [{ status: 'aborted' }] });
    expect([queue, scripts]).toEqual([[], 0]);
  });

  it.each(['queued', 'waiting'])(
    'Trap 18: is canceled while it is %s, and no worker runs it any more',
    async (state) => {
      const long = { ...delay, config: { duration: 1, unit: 'day' } };
      const [id] = await accept([long, script]);
      const worker = await startWorker();
      const job = take();
      if (state === 'waiting') await worker.run(job);
      const error = { code: 'canceled', message: 'Canceled by hand.' };
      const ended = { status: 'canceled', reason: 'manual_cancel', error } as const;
      expect(await storage.executions.endFromOutside(id!, ended)).toMatchObject({ kind: 'ended' });
      await worker.run(job);
      await worker.run({ ...job, attempt: job.attempt + 1 });
      const found = await find(id!);
      expect([found.status, found.reason, scripts]).toEqual(['canceled', 'manual_cancel', 0]);
      expect(found.nodeRuns.map(({ status }) => status)).toEqual(state === 'waiting' ? ['canceled'] : []);
    },
  );

  it('Trap 19: goes on behind a delay, on another worker, with what was done before it', async () => {
    const [id] = await accept([script, delay, double]);
    await (await startWorker()).run(take());
    expect(await storage.executions.findReply(id!)).toMatchObject({ status: 'started', suspended: true });
    await enqueuedAfterPasses();
    await (await startWorker()).run(take());
    const found = await find(id!);
    expect([found.status, results(found)]).toEqual([
      'resolved',
      [
        ['script', 'resolved', 20],
        ['wait', 'resolved', 100],
        ['double', 'resolved', 40],
      ],
    ]);
    expect(scripts).toBe(1);
  });

  it('hands back what it runs when it stops; another worker goes on behind what is done', async () => {
    const [id] = await accept([post, script, double]);
    const leaving = await startWorker();
    onScript = () => leaving.workflow.yieldAll();
    const run = leaving.run(take());
    await called(1);
    calls[0]!.answer({ ok: true });
    await run;
    expect((await find(id!)).status).toBe('queued');
    expect(queue).toEqual([{ executionId: id, attempt: 1, dedupId: null, urgent: false }]);
    await (await startWorker()).run(take());
    const found = await find(id!);
    expect([found.status, results(found)]).toEqual([
      'resolved',
      [
        ['call', 'resolved', { ok: true }],
        ['script', 'resolved', 20],
        ['double', 'resolved', 40],
      ],
    ]);
    expect([calls.length, scripts]).toEqual([1, 1]);
  });

  it('parks an execution that kills its workers, and finishes the 99 others that it took along', async () => {
    const numbered = { ...get, config: { ...get.config, url: 'https://example.com/{{$context.data.number}}' } };
    const ids = await accept([numbered], {}, 100);
    for (let round = 1; queue.length > 0; round += 1) {
      const jobs = queue.splice(0);
      let waiting = 0;
      let vanished: Promise<void> | undefined;
      const hang = (signal: AbortSignal) =>
        new Promise<HttpResult>((resolve) => {
          signal.addEventListener('abort', () => resolve({ ok: false, code: 'aborted', message: 'aborted' }));
        });
      const worker = await startWorker({
        send: async ({ url, signal }) => {
          if (!url.endsWith('/49')) {
            waiting += 1;
            return round < 3
              ? hang(signal)
              : { ok: true, status: 204, statusText: '', headers: {}, body: Buffer.alloc(0) };
          }
          // Twice it dies with all the others in flight: they lose their workers as often as it does.
          if (round < 3)
            await eventually(
              () => waiting,
              (count) => count === jobs.length - 1,
            );
          const hanging = hang(signal);
          vanished = worker.vanish();
          return hanging;
        },
      });
      const runs = await Promise.allSettled(jobs.map((job) => worker.run(job)));
      queue.push(...jobs.filter((_, index) => isTriedAgain(runs[index]!)));
      // Only once its lease is gone is what it ran lost.
      await vanished;
      await dispatch();
    }
    const found = await Promise.all(ids.map(find));
    const others = found.filter(({ id }) => id !== ids[49]);
    expect(found[49]).toMatchObject({ status: 'retry_needed', reason: 'worker_lost' });
    expect([others.length, new Set(others.map(({ status }) => status))]).toEqual([99, new Set(['resolved'])]);
  }, 60_000);
});

/** Whether the queue hands out again what ended so. */
function isTriedAgain(run: PromiseSettledResult<void>): boolean {
  return run.status === 'rejected' && settleJob(run.reason, { lastTry: false }).kind === 'retry';
}
