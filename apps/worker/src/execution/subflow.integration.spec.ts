import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpRequest, HttpResult } from '#engine';
import type { ExecutionJob } from '#queue';
import { newId, type Json, type JsonObject } from '#shared';
import type { ExecutionDetail, Storage } from '#storage';
import { createTestDatabase, openTestStorage, saveSampleWorkflow, type TestDatabase } from '#storage/testing';
import { eventually } from '../../../../test/support/eventually.js';
import { endOrphans } from '../dispatch/end-orphans.js';
import { dispatcherParts } from '../testing/dispatcher-parts.js';
import { startTestWorker, type TestWorker } from '../testing/start-test-worker.js';

const call = { key: 'call', type: 'request', config: { url: 'https://example.com', method: 'POST', onlyData: true } };
const end = { type: 'end', config: { endStatus: 'failed' } };
const pause = { key: 'pause', type: 'delay', config: { duration: 1, unit: 'week' } };
const subflow = (workflow: string, key = 'sub') => ({
  key,
  type: 'subflow',
  config: { workflow, context: { data: 7 } },
});
const output = (value: Json) => ({ type: 'output', config: { value } });

describe('a subflow', () => {
  let database: TestDatabase;
  let storage: Storage;
  let worker: TestWorker;
  let queue: ExecutionJob[];
  let answers: ((value: Json) => void)[];

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
    answers = [];
    const send = (request: HttpRequest) =>
      new Promise<HttpResult>((resolve) => {
        const headers = { 'content-type': 'application/json' };
        const ok = (value: Json) => ({
          body: Buffer.from(JSON.stringify(value)),
          headers,
          status: 200,
          statusText: 'OK',
        });
        answers.push((value) => resolve({ ok: true, ...ok(value) }));
        request.signal.addEventListener('abort', () => resolve({ ok: false, code: 'aborted', message: 'aborted' }));
      });
    const producer = { enqueue: async (job: ExecutionJob) => void queue.push(job) };
    worker = await startTestWorker(storage, producer, { http: { send } });
  });
  afterEach(() => worker.vanish());

  const find = async (id: string): Promise<ExecutionDetail> => (await storage.history.findExecution(id))!;

  async function save(key: string, nodes: Json[], more: { mode?: 'sync'; options?: Json; enabled?: boolean } = {}) {
    const { mode = 'async', options = {}, enabled = true } = more;
    const document = { key, trigger: { type: 'webhook', mode }, options, nodes } as JsonObject;
    return saveSampleWorkflow(storage, { key, mode, document, enabled, contentHash: newId() });
  }

  /** Starts a workflow of these nodes and runs whatever is enqueued until nothing is; gives its id. */
  async function start(nodes: Json[], more: Parameters<typeof save>[2] = {}): Promise<string> {
    const ids = await save(`parent-${newId()}`, nodes, more);
    const id = newId();
    await storage.history.createManual({ id, ...ids, input: {}, replyTo: 'nobody' });
    queue.push({ executionId: id, attempt: 0, dedupId: null, urgent: false });
    return id;
  }

  async function work(): Promise<void> {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await worker.run(job);
  }

  const childOf = async (id: string): Promise<string> => {
    const { nodeRuns } = await find(id);
    const { result } = nodeRuns.find((run) => run.type === 'subflow')!;
    return (result as { executionId: string }).executionId;
  };

  async function endOrphansOnce(): Promise<void> {
    const { dispatch, executions } = storage;
    await endOrphans({
      ...dispatcherParts({}),
      dispatch: { ...dispatcherParts({}).dispatch, findOrphans: (n) => dispatch.findOrphans(n) },
      executions,
    });
  }

  it('waits for its child without a worker and has its output as result', async () => {
    await save('double', [output('{{$context.data}}')]);
    const id = await start([subflow('double'), output(['{{$jobsMapByNodeKey.sub}}'])]);
    await work();
    expect(await find(id)).toMatchObject({ status: 'resolved', output: [7] });
  });

  it('Trap 16: has null when no output node ran, and runs a disabled workflow too', async () => {
    await save('silent', [], { enabled: false });
    const id = await start([subflow('silent'), output(['{{$jobsMapByNodeKey.sub}}'])]);
    await work();
    expect(await find(id)).toMatchObject({ status: 'resolved', output: [null] });
  });

  it('fails with the status of its child, which the loop around it may go on from', async () => {
    await save('failing', [end]);
    const failing = await start([subflow('failing')]);
    const body = [subflow('failing')];
    const looping = await start([
      { key: 'each', type: 'loop', config: { target: 2, exit: 'continue' }, branches: { body } },
    ]);
    await work();
    expect(await find(failing)).toMatchObject({ status: 'failed', error: { code: 'child_failed' } });
    const { status, nodeRuns } = await find(looping);
    const runs = nodeRuns.map((run) => [run.nodeKey, run.rounds ?? [], run.status]);
    expect([status, runs]).toEqual([
      'resolved',
      [
        ['each', [], 'resolved'],
        ['sub', [0], 'failed'],
        ['sub', [1], 'failed'],
      ],
    ]);
  });

  it('Trap 16: is stopped by the stack limit when workflows call themselves', async () => {
    await save('self', [subflow('self')]);
    const id = await start([subflow('self')]);
    await work();
    const child = await find(await childOf(id));
    expect(child).toMatchObject({ status: 'error', error: { code: 'stack_limit' } });
    expect(await find(id)).toMatchObject({ status: 'error' });
  });

  it('says so when there is no such workflow, and when a sync one calls an async one', async () => {
    await save('async-one', []);
    const unknown = await start([subflow('nobody')]);
    const sync = await start([subflow('async-one')], { mode: 'sync' });
    await work();
    expect(await find(unknown)).toMatchObject({ status: 'error', error: { code: 'unknown_workflow' } });
    expect(await find(sync)).toMatchObject({ status: 'error', error: { code: 'async_subflow' } });
  });

  it('Trap 18: ends its child, and the child of that, with the execution that was canceled', async () => {
    await save('waiting', [pause]);
    await save('middle', [subflow('waiting')]);
    const id = await start([subflow('middle')]);
    await work();
    const middle = await childOf(id);
    const waiting = await childOf(middle);
    const canceled = {
      status: 'canceled' as const,
      reason: 'manual_cancel' as const,
      error: { code: 'x', message: 'x' },
    };
    await storage.executions.endFromOutside(id, canceled);
    await endOrphansOnce();
    await endOrphansOnce();
    const aborted = { status: 'aborted', reason: 'parent_aborted' };
    expect([await find(middle), await find(waiting)]).toMatchObject([aborted, aborted]);
  });

  it('hears of an end that came while another branch of its execution still ran', async () => {
    await save('quick', [output(1)]);
    const branches = { a: [subflow('quick')], b: [call] };
    const id = await start([{ type: 'parallel', branches }, output('{{$jobsMapByNodeKey.sub}}')]);
    const parent = worker.run(queue.shift()!);
    await eventually(
      () => queue.length + answers.length,
      (count) => count === 2,
    );
    await work();
    answers[0]!('late');
    await parent;
    // The suspension found that it was woken: it does not wait for the dispatcher.
    expect(queue).toMatchObject([{ executionId: id }]);
    await work();
    expect(await find(id)).toMatchObject({ status: 'resolved', output: 1 });
  });

  it('has the output of a child that is deleted when it ends', async () => {
    await save('fleeting', [output('gone')], { options: { deleteExecutionOnStatus: ['resolved'] } });
    const id = await start([subflow('fleeting'), output(['{{$jobsMapByNodeKey.sub}}'])]);
    await worker.run(queue.shift()!);
    await worker.run(queue.shift()!);
    await storage.maintenance.deleteDue(100);
    await work();
    expect(await find(id)).toMatchObject({ status: 'resolved', output: ['gone'] });
  });

  it('gives up its child when its branch loses', async () => {
    await save('slow', [pause]);
    const branches = { a: [subflow('slow')], b: [output('won')] };
    const id = await start([{ key: 'race', type: 'parallel', config: { mode: 'race' }, branches }, pause]);
    await work();
    const child = (await storage.history.listExecutions({ workflow: 'slow', limit: 1, cursor: null })).items[0]!;
    await endOrphansOnce();
    expect(await find(child.id)).toMatchObject({ status: 'aborted', reason: 'parent_aborted' });
    const { nodeRuns, status } = await find(id);
    expect(status).toBe('started');
    expect(nodeRuns.find((run) => run.nodeKey === 'race')?.result).toEqual(['aborted', 'resolved']);
    expect(nodeRuns.find((run) => run.nodeKey === 'sub')?.status).toBe('aborted');
  });
});
