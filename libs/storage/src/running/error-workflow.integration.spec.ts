import type { Ending } from '#engine';
import type { JsonObject } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  sampleOutcome,
  saveSampleWorkflow,
  type TestDatabase,
} from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await storage?.close();
  await database?.drop();
});

interface Started {
  id: string;
  workflow_id: number;
  version_id: number;
  mode: string;
  status: string;
  attempt: number;
  stack: number[];
  reply_to: string | null;
}

/** Stores a workflow with these options; a new hash makes a new version. */
const workflow = (key: string, options: JsonObject, more: Partial<Parameters<typeof saveSampleWorkflow>[1]> = {}) =>
  saveSampleWorkflow(storage, {
    key,
    document: { trigger: { type: 'webhook' }, nodes: [], options },
    contentHash: JSON.stringify([options, more]),
    ...more,
  });

async function accepted(ids: { workflowId: number; versionId: number }): Promise<string> {
  const request = sampleAccept(ids);
  await storage.acceptor.accept(request);
  return request.executionId;
}

/** Executions that the ending of `id` started. */
async function startedBy(id: string): Promise<Started[]> {
  const { rows } = await client.query(
    `select e.id, e.workflow_id, e.version_id, e.mode, e.status, e.attempt, e.stack, e.reply_to
     from execution_inputs i join executions e on e.id = i.execution_id
     where i.input::text like '%"id" : ' || to_json($1::text)::text || '%'`,
    [id],
  );
  return rows as Started[];
}

async function endAs(id: string, status: Ending): Promise<Started[]> {
  expect(await storage.executions.recordOutcome(sampleOutcome(id, { status }))).toBe(true);
  return startedBy(id);
}

describe('an error workflow', () => {
  it('is started by an ending that went wrong, and by no other', async () => {
    await workflow('alerts', {});
    const ids = await workflow('watched', { errorWorkflow: 'alerts' });
    const counts = new Map<Ending, number>();
    for (const status of ['failed', 'error', 'aborted', 'rejected', 'retry_needed', 'resolved', 'canceled'] as const)
      counts.set(status, (await endAs(await accepted(ids), status)).length);
    expect([...counts.values()]).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });

  it('is not started by a child that ended with its parent', async () => {
    await workflow('calm', {});
    const id = await accepted(await workflow('child', { errorWorkflow: 'calm' }));
    const ending = sampleOutcome(id, { status: 'aborted', reason: 'parent_aborted' });
    expect(await storage.executions.recordOutcome(ending)).toBe(true);
    expect(await startedBy(id)).toEqual([]);
  });

  it('runs its current version with the failed execution as data, and waits in the queue', async () => {
    await workflow('told', {});
    const current = await workflow('told', { timeout: 1 });
    const ids = await workflow('telling', { errorWorkflow: 'told' });
    const id = await accepted(ids);
    const error = { code: 'odd', message: 'a\0\ud800' };
    await storage.executions.recordOutcome(sampleOutcome(id, { status: 'error', reason: 'step_limit', error }));
    const { rows } = await client.query('select execution_id, input::text as input from execution_inputs');
    const [told] = (rows as { execution_id: string; input: string }[]).filter(({ input }) => input.includes(id));
    const failed = (await storage.history.findExecution(id))!;
    expect(JSON.parse(told!.input)).toEqual({
      data: {
        execution: {
          id,
          workflowKey: 'telling',
          version: 1,
          status: 'error',
          reason: 'step_limit',
          error,
          requestId: failed.requestId,
          createdAt: failed.createdAt.toISOString(),
          endedAt: failed.endedAt!.toISOString(),
        },
      },
    });
    expect(await storage.executions.loadRunnable(told!.execution_id)).toMatchObject({
      status: 'queued',
      attempt: 0,
      mode: 'async',
      replyTo: null,
      dedupId: null,
      request: null,
      versionId: current.versionId,
      input: JSON.parse(told!.input) as JsonObject,
    });
    const queued = await storage.dispatch.findQueued(0, null, 1000);
    expect(queued.map((execution) => execution.id)).toContain(told!.execution_id);
  });

  it('is not started when it is unknown, switched off, archived or a draft', async () => {
    await workflow('off', {}, { enabled: false });
    await workflow('archived', {});
    await storage.workflows.archive('archived');
    await workflow('drafted', {}, { draft: true });
    for (const errorWorkflow of ['nowhere', 'off', 'archived', 'drafted']) {
      const ids = await workflow(`points-${errorWorkflow}`, { errorWorkflow });
      expect(await endAs(await accepted(ids), 'failed')).toEqual([]);
    }
  });

  it('is started once when several try to end the execution', async () => {
    await workflow('once', {});
    const id = await accepted(await workflow('raced', { errorWorkflow: 'once' }));
    const tries = Array.from({ length: 5 }, () =>
      storage.executions.recordOutcome(sampleOutcome(id, { status: 'failed' })),
    );
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    expect(await startedBy(id)).toHaveLength(1);
  });

  it('is started for each of a batch that failed, and for none that did not', async () => {
    await workflow('batched', {});
    const ids = await workflow('batch', { errorWorkflow: 'batched' });
    const all = await Promise.all(Array.from({ length: 10 }, () => accepted(ids)));
    await Promise.all(
      all.map((id, n) => storage.executions.recordOutcome(sampleOutcome(id, n % 2 === 0 ? { status: 'failed' } : {}))),
    );
    const started: number[] = [];
    for (const id of all) started.push((await startedBy(id)).length);
    expect(started).toEqual(all.map((_, n) => (n % 2 === 0 ? 1 : 0)));
  });

  it('is started by an ending from outside too', async () => {
    const target = await workflow('outside', {});
    const id = await accepted(await workflow('timed', { errorWorkflow: 'outside' }));
    const error = { code: 'timeout', message: 'Its time is over.' };
    await storage.executions.endFromOutside(id, { status: 'aborted', reason: 'timeout', error });
    expect(await startedBy(id)).toMatchObject([{ workflow_id: target.workflowId }]);
  });

  it('is found in documents that Postgres cannot look into', async () => {
    await workflow('lenient', { note: 'a\0\ud800' });
    const ids = await workflow('odd', { errorWorkflow: 'lenient', note: 'a\0\ud800' });
    expect(await endAs(await accepted(ids), 'failed')).toHaveLength(1);
  });
});

describe('a chain of error workflows', () => {
  /** Workflow ids of the chain that a failure of `ids` sets off while everything fails. */
  async function chainFrom(ids: { workflowId: number; versionId: number }): Promise<number[]> {
    const chain: number[] = [];
    let started = await endAs(await accepted(ids), 'failed');
    while (started.length > 0 && chain.length < 20) {
      chain.push(started[0]!.workflow_id);
      started = await endAs(started[0]!.id, 'failed');
    }
    return chain;
  }

  it('does not start a workflow from itself', async () => {
    expect(await chainFrom(await workflow('self', { errorWorkflow: 'self' }))).toEqual([]);
  });

  it('ends where a workflow would come round again', async () => {
    await workflow('ring-a', {});
    const b = await workflow('ring-b', { errorWorkflow: 'ring-a' });
    const a = await workflow('ring-a', { errorWorkflow: 'ring-b' });
    expect(await chainFrom(a)).toEqual([b.workflowId]);
  });

  it('goes round as often as the stack limit of the workflow to be started says', async () => {
    await workflow('deep-a', { stackLimit: 3 });
    const b = await workflow('deep-b', { errorWorkflow: 'deep-a', stackLimit: 2 });
    const a = await workflow('deep-a', { errorWorkflow: 'deep-b', stackLimit: 3 });
    expect(await chainFrom(a)).toEqual([b, a, b, a].map(({ workflowId }) => workflowId));
  });

  it('is written down with each execution of it', async () => {
    const end = await workflow('trail-end', {});
    const middle = await workflow('trail-middle', { errorWorkflow: 'trail-end' });
    const first = await workflow('trail-first', { errorWorkflow: 'trail-middle' });
    const [second] = await endAs(await accepted(first), 'failed');
    expect(second).toMatchObject({ workflow_id: middle.workflowId, stack: [first.workflowId] });
    const [third] = await endAs(second!.id, 'failed');
    expect(third).toMatchObject({ workflow_id: end.workflowId, stack: [first.workflowId, middle.workflowId] });
  });
});
