import type { NodeRunRecord } from '#engine';
import { newId, SecretBox } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Database } from '../connection/database.js';
import type { Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  sampleOutcome,
  saveSampleWorkflow,
  type TestDatabase,
} from '../testing/index.js';
import { createRetry, type RetryToCreate } from './create-retry.js';

const box = new SecretBox(Buffer.alloc(32, 7));

let database: TestDatabase;
let storage: Storage;
let pool: Database;
let client: pg.Client;
let ids: { workflowId: number; versionId: number };

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  pool = new Database({ databaseUrl: database.url, applicationName: 'test', poolSize: 2, statementTimeoutMs: 5000 });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  ids = await saveSampleWorkflow(storage, { key: 'retried' });
});

afterAll(async () => {
  await client?.end();
  await pool?.close();
  await storage?.close();
  await database?.drop();
});

async function accept(of = ids) {
  const accepted = sampleAccept({ ...of, dedupKey: newId() });
  await storage.acceptor.accept(accepted);
  return accepted;
}

async function ended(of = ids): Promise<string> {
  const { executionId } = await accept(of);
  await storage.executions.recordOutcome(sampleOutcome(executionId, { status: 'failed' }));
  return executionId;
}

async function byHand(input: { data: object }): Promise<string> {
  const id = newId();
  await storage.history.createManual({ id, ...ids, input: input as never, replyTo: 'admin-1' });
  await storage.executions.recordOutcome(sampleOutcome(id));
  return id;
}

const retry = (of: string, more: Partial<RetryToCreate> = {}) => {
  const id = newId();
  return createRetry(pool, box, { id, of, versionId: 'same', restored: [], ...more }).then((result) => ({
    id,
    result,
  }));
};

async function row(id: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await client.query('select * from executions where id = $1', [id]);
  return rows[0];
}

const visit = (restore?: NodeRunRecord['restore']): NodeRunRecord => ({
  ...{ id: newId(), nodeKey: 'a', type: 'calculation', status: 'resolved', input: {}, result: '***', error: null },
  ...{ log: null, startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:00.001Z' },
  ...(restore ? { restore } : {}),
});

describe('a retry', () => {
  it('runs on the request of the execution it retries, under an identity of its own', async () => {
    const accepted = await accept();
    await storage.executions.recordOutcome(sampleOutcome(accepted.executionId, { status: 'failed' }));
    const { id, result } = await retry(accepted.executionId);
    expect(result).toEqual({ kind: 'created', attempt: 0, mode: 'async' });
    expect(await row(id)).toMatchObject({
      ...{ request_id: accepted.request.id, previous_execution_id: accepted.executionId, status: 'queued', attempt: 0 },
      ...{
        workflow_id: ids.workflowId,
        version_id: ids.versionId,
        dedup_id: null,
        reply_to: null,
        lost: 0,
        stack: null,
      },
    });
    expect(await storage.executions.loadRunnable(id)).toMatchObject({
      request: { id: accepted.request.id },
      attempt: 0,
    });
  });

  it('of an execution by hand runs on the same input', async () => {
    const input = { data: { odd: 'a\0\ud800' } };
    const { id, result } = await retry(await byHand(input));
    expect(result).toMatchObject({ kind: 'created' });
    expect(await storage.executions.loadRunnable(id)).toMatchObject({ request: null, input });
  });

  it('of a retry is possible, and so is a second one', async () => {
    const of = await ended();
    const first = await retry(of);
    await storage.executions.recordOutcome(sampleOutcome(first.id, { status: 'failed' }));
    expect((await retry(first.id)).result.kind).toBe('created');
    expect((await retry(of)).result.kind).toBe('created');
  });

  it('keeps its request while it is open', async () => {
    const { request, executionId } = await accept();
    await storage.executions.recordOutcome(sampleOutcome(executionId));
    const { id } = await retry(executionId);
    expect(await storage.history.deleteRequest(request.id)).toBe('open');
    await storage.executions.recordOutcome(sampleOutcome(id));
    expect(await storage.history.deleteRequest(request.id)).toBe('deleted');
    expect(await storage.history.deleteRequest(request.id)).toBe('unknown');
  });

  it('keeps the executions that led to the first one', async () => {
    const of = await ended();
    await client.query(`update executions set stack = '{4,5}' where id = $1`, [of]);
    const { id } = await retry(of);
    expect(await row(id)).toMatchObject({ stack: [4, 5] });
  });

  it('runs the same version, or the current one', async () => {
    const old = await saveSampleWorkflow(storage, { key: 'versions', contentHash: 'one' });
    const of = await ended(old);
    const current = await saveSampleWorkflow(storage, { key: 'versions', contentHash: 'two' });
    const [same, newer] = [await retry(of), await retry(of, { versionId: 'current' })];
    expect(await row(same.id)).toMatchObject({ version_id: old.versionId });
    expect(await row(newer.id)).toMatchObject({ version_id: current.versionId });
  });
});

describe('a retry from a node', () => {
  it('starts at attempt 1 with the visits before it as its journal, true results included', async () => {
    const restored = [visit({ result: 'the-secret' }), visit({ branch: 'true' })];
    const { id, result } = await retry(await ended(), { restored });
    expect(result).toMatchObject({ kind: 'created', attempt: 1 });
    expect(await storage.executions.loadJournal(id)).toEqual({ runs: restored, nextSeq: 1 });
  });

  it('keeps true results unreadable in the database', async () => {
    const { id } = await retry(await ended(), { restored: [visit({ result: 'the-secret' })] });
    const { rows } = await client.query('select runs::text as text from node_runs where execution_id = $1', [id]);
    expect(rows[0].text).toContain('***');
    expect(rows[0].text).not.toContain('the-secret');
  });

  it('keeps odd characters of results', async () => {
    const restored = [{ ...visit(), result: 'a\0\ud800' }];
    const { id } = await retry(await ended(), { restored });
    expect((await storage.executions.loadJournal(id)).runs).toEqual(restored);
  });
});

describe('no retry is made', () => {
  const nothing = async (of: string, kind: string, more: Partial<RetryToCreate> = {}) => {
    const { id, result } = await retry(of, { restored: [visit()], ...more });
    expect(result).toEqual({ kind });
    expect(await row(id)).toBeUndefined();
    expect((await client.query('select 1 from node_runs where execution_id = $1', [id])).rows).toEqual([]);
  };

  it('of an execution that is open or unknown', async () => {
    const { executionId } = await accept();
    await nothing(executionId, 'open');
    await nothing(newId(), 'unknown');
    await nothing('nonsense', 'unknown');
  });

  it('when the request was deleted', async () => {
    const of = await ended();
    await client.query('delete from requests where execution_id = $1', [of]);
    await nothing(of, 'no_request');
  });

  it('when the workflow was archived', async () => {
    const of = await ended(await saveSampleWorkflow(storage, { key: 'archived' }));
    await storage.workflows.archive('archived');
    await nothing(of, 'no_version');
    await nothing(of, 'no_version', { versionId: 'current' });
  });
});
