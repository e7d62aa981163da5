import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionJob } from '#queue';
import { inMemoryProducer } from '#queue/testing';
import { createLogger, type Json, type JsonObject } from '#shared';
import type { ExecutionDetail, Storage } from '#storage';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  saveSampleWorkflow,
  type TestDatabase,
} from '#storage/testing';
import { eventually } from '../../../../test/support/eventually.js';
import { wakeDue } from '../dispatch/wake-due.js';
import { startTestWorker, type TestWorker } from '../testing/start-test-worker.js';

const review = (config: JsonObject): JsonObject => ({
  ...{ key: 'review', type: 'manual', config: { assignees: ['ann', 'bob'], ...config } },
});
const logger = createLogger('test', 'silent');
const after = { key: 'after', type: 'output', config: { value: '{{$jobsMapByNodeKey.review}}' } };

describe('an execution that waits for people', () => {
  let database: TestDatabase;
  let storage: Storage;
  let worker: TestWorker;
  let queue: ExecutionJob[];
  let saved = 0;
  /** Happens while a worker that was woken has read the tasks and not yet acted on them. */
  let meanwhile: () => Promise<void>;

  beforeAll(async () => {
    database = await createTestDatabase();
    storage = await openTestStorage(database.url);
  });
  afterAll(async () => {
    await storage?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    queue = [];
    meanwhile = async () => undefined;
    const tasks = Object.create(storage.tasks) as Storage['tasks'];
    tasks.statesOf = async (runId) => {
      const states = await storage.tasks.statesOf(runId);
      await meanwhile();
      return states;
    };
    const enqueue = async (job: ExecutionJob) => void queue.push(job);
    worker = await startTestWorker({ ...storage, tasks }, { enqueue }, {});
  });
  afterEach(() => worker.vanish());

  async function accept(nodes: Json[]): Promise<string> {
    const key = `tasks-${(saved += 1)}`;
    const document = { key, trigger: { type: 'webhook', mode: 'async' }, nodes };
    const ids = await saveSampleWorkflow(storage, { key, document: document as JsonObject });
    const request = sampleAccept(ids);
    await storage.acceptor.accept(request);
    return request.executionId;
  }

  async function start(nodes: Json[]): Promise<string> {
    const executionId = await accept(nodes);
    await worker.run({ executionId, attempt: 0, dedupId: null, urgent: false });
    return executionId;
  }

  /** What a dispatcher finds due is run; how many there were. */
  async function goOn(): Promise<number> {
    const enqueue = async (job: ExecutionJob) => void queue.push(job);
    await wakeDue({ dispatch: storage.dispatch, producer: { ...inMemoryProducer(), enqueue }, logger });
    const jobs = queue.splice(0);
    for (const job of jobs) await worker.run(job);
    return jobs.length;
  }

  const find = async (id: string): Promise<ExecutionDetail> => (await storage.history.findExecution(id))!;
  const tasksOf = async (execution: string) =>
    (await storage.tasks.list({ execution, limit: 100, cursor: null })).items.map(
      ({ assignee, status }) => `${assignee} ${status}`,
    );

  async function submit(execution: string, assignee: string, action: string, values: JsonObject = {}): Promise<string> {
    const { items } = await storage.tasks.list({ execution, assignee, limit: 1, cursor: null });
    const submission = { action, values, comment: null, delegateTo: null };
    return (await storage.tasks.submit(items[0]!.id, submission)).kind;
  }

  it('opens their tasks, holds no worker, and goes on with what the first one answers', async () => {
    const id = await start([review({ mode: 'single' }), after]);
    expect(await find(id)).toMatchObject({ status: 'started', nodeRuns: [{ nodeKey: 'review', status: 'pending' }] });
    expect(await tasksOf(id)).toEqual(['bob open', 'ann open']);
    expect(await goOn()).toBe(0);
    expect(await submit(id, 'ann', 'save', { price: 1 })).toBe('submitted');
    expect(await goOn()).toBe(0);
    expect(await submit(id, 'bob', 'continue', { price: 2 })).toBe('submitted');
    expect(await goOn()).toBe(1);
    expect(await find(id)).toMatchObject({
      ...{ status: 'resolved', output: { action: 'continue', assignee: 'bob', values: { price: 2 } } },
    });
    expect(await tasksOf(id)).toEqual(['bob done', 'ann closed']);
    expect(await submit(id, 'ann', 'continue')).toBe('not_open');
  });

  it('ends as rejected, its other tasks closed with that', async () => {
    const id = await start([review({ mode: 'all' }), after]);
    await submit(id, 'bob', 'reject');
    await goOn();
    const { status, error, nodeRuns } = await find(id);
    expect([status, error?.code, nodeRuns.length]).toEqual(['rejected', 'task_rejected', 1]);
    expect(await tasksOf(id)).toEqual(['bob done', 'ann closed']);
  });

  it('waits again until everybody answered', async () => {
    const id = await start([review({ mode: 'all' }), after]);
    await submit(id, 'bob', 'continue');
    expect(await goOn()).toBe(1);
    const waiting = await find(id);
    expect(waiting).toMatchObject({ status: 'started', nodeRuns: [{ status: 'pending', result: { continued: 1 } }] });
    expect(await goOn()).toBe(0);
    await submit(id, 'ann', 'continue');
    expect(await goOn()).toBe(1);
    expect(await find(id)).toMatchObject({ status: 'resolved', output: { continued: 2, ratio: 1 } });
  });

  it('misses no answer that comes while a worker looks at the one before', async () => {
    const id = await start([review({ mode: 'all' }), after]);
    await submit(id, 'bob', 'continue');
    let isFirst = true;
    meanwhile = async () => {
      if (isFirst) expect(await submit(id, 'ann', 'continue')).toBe('submitted');
      isFirst = false;
    };
    expect(await goOn()).toBe(1);
    expect((await find(id)).status).toBe('started');
    expect(await goOn()).toBe(1);
    expect(await find(id)).toMatchObject({ status: 'resolved', output: { continued: 2 } });
  });

  it('goes on after a rejection where the document says so, with no task left open', async () => {
    const parallel = {
      ...{ key: 'both', type: 'parallel', config: { mode: 'allSettled' } },
      branches: { people: [review({ mode: 'all' })] },
    };
    const later = { key: 'later', type: 'delay', config: { duration: 1, unit: 'hour' } };
    const id = await start([parallel, later]);
    await submit(id, 'ann', 'reject');
    await goOn();
    expect((await find(id)).status).toBe('started');
    expect(await tasksOf(id)).toEqual(['bob closed', 'ann done']);
    expect(await submit(id, 'bob', 'continue')).toBe('not_open');
  });

  it('closes the tasks of a branch that lost the race', async () => {
    const quick = { key: 'quick', type: 'output', config: { value: 1 } };
    const race = {
      ...{ key: 'race', type: 'parallel', config: { mode: 'race' } },
      branches: { people: [review({})], quick: [quick] },
    };
    const later = { key: 'later', type: 'delay', config: { duration: 1, unit: 'hour' } };
    const id = await start([race, later]);
    expect((await find(id)).status).toBe('started');
    expect(await tasksOf(id)).toEqual(['bob closed', 'ann closed']);
  });

  it('does not cut a wait beside it short', async () => {
    const later = { key: 'later', type: 'delay', config: { duration: 1, unit: 'hour' } };
    const both = {
      ...{ key: 'both', type: 'parallel', config: { mode: 'all' } },
      branches: { people: [review({})], time: [later] },
    };
    const id = await start([both, after]);
    await submit(id, 'ann', 'continue');
    expect(await goOn()).toBe(1);
    const { status, nodeRuns } = await find(id);
    const stateOf = (key: string) => nodeRuns.find(({ nodeKey }) => nodeKey === key)?.status;
    expect([status, stateOf('review'), stateOf('later')]).toEqual(['started', 'resolved', 'pending']);
    expect(await goOn()).toBe(0);
  });

  it('asks anew in every round of a loop', async () => {
    const loop = {
      ...{ key: 'each', type: 'loop', config: { target: ['x', 'y'] } },
      branches: { body: [review({ assignees: ['ann'], title: '{{$scopes.each.item}}' })] },
    };
    const id = await start([loop, after]);
    for (const title of ['x', 'y']) {
      const { items } = await storage.tasks.list({ execution: id, status: 'open', limit: 9, cursor: null });
      expect(items).toMatchObject([{ assignee: 'ann', title }]);
      expect(await submit(id, 'ann', 'continue', { title })).toBe('submitted');
      expect(await goOn()).toBe(1);
    }
    expect(await find(id)).toMatchObject({ status: 'resolved', output: { values: { title: 'y' } } });
  });

  it('does not wait longer than it should', async () => {
    const id = await start([review({ timeout: 5 }), after]);
    await sleep(20);
    expect(await goOn()).toBe(1);
    expect(await find(id)).toMatchObject({ status: 'failed', error: { code: 'task_timeout' } });
    expect(await tasksOf(id)).toEqual(['bob closed', 'ann closed']);
  });

  it('opens no task twice when its worker vanishes before it let go', async () => {
    const executions = Object.create(storage.executions) as Storage['executions'];
    // As a process that is killed: it never hears of anything again.
    executions.suspend = () => new Promise(() => undefined);
    const enqueue = async (job: ExecutionJob) => void queue.push(job);
    const doomed = await startTestWorker({ ...storage, executions }, { enqueue }, {});
    const id = await accept([review({ mode: 'single' }), after]);
    void doomed.run({ executionId: id, attempt: 0, dedupId: null, urgent: false });
    await eventually(
      () => tasksOf(id),
      (tasks) => tasks.length > 0,
    );
    expect(await submit(id, 'ann', 'save')).toBe('submitted');
    await doomed.vanish();
    const [lost] = await storage.dispatch.findLost(0, 10);
    const queued = await storage.dispatch.requeueLost(lost!);
    await worker.run({ executionId: id, attempt: queued!.attempt, dedupId: null, urgent: false });
    expect((await find(id)).status).toBe('started');
    expect(await tasksOf(id)).toEqual(['bob open', 'ann open']);
    await submit(id, 'bob', 'continue');
    expect(await goOn()).toBe(1);
    expect(await find(id)).toMatchObject({ status: 'resolved', output: { assignee: 'bob' } });
  });

  it('takes its tasks along when it is canceled', async () => {
    const id = await start([review({}), after]);
    const error = { code: 'canceled', message: 'by hand' };
    await storage.executions.endFromOutside(id, { status: 'canceled', reason: 'manual_cancel', error });
    expect(await tasksOf(id)).toEqual(['bob closed', 'ann closed']);
    expect(await submit(id, 'ann', 'continue')).toBe('execution_ended');
  });

  it('leaves a copy unread and waits for nobody', async () => {
    const id = await start([{ key: 'copy', type: 'cc', config: { users: ['ann', 'ann', 'joe'] } }]);
    expect(await find(id)).toMatchObject({
      ...{ status: 'resolved', nodeRuns: [{ result: { users: ['ann', 'joe'], tasks: 2 } }] },
    });
    expect(await tasksOf(id)).toEqual(['joe open', 'ann open']);
  });
});
