import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { RejectedRow, type ExecutionHold, type Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  sampleNodeRun,
  sampleOutcome,
  saveSampleWorkflow,
  type TestDatabase,
} from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;
let client: pg.Client;
let ids: { workflowId: number; versionId: number };
let leaseId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  ids = await saveSampleWorkflow(storage, { key: 'waiting' });
  leaseId = await storage.leases.open('worker-1', 60_000);
});

afterAll(async () => {
  await client?.end();
  await storage?.close();
  await database?.drop();
});

const hour = () => new Date(Date.now() + 3_600_000);

async function claimed(timeoutMs: number | null = null): Promise<ExecutionHold> {
  const { executionId, ...request } = sampleAccept(ids);
  await storage.acceptor.accept({ ...request, executionId });
  expect(await storage.executions.claim(executionId, 0, leaseId, timeoutMs)).toBe(true);
  return { executionId, attempt: 1, leaseId };
}

async function row(id: string): Promise<Record<string, unknown>> {
  const { rows } = await client.query(
    'select status, attempt, lease_id, lost, resume_at, expires_at from executions where id = $1',
    [id],
  );
  return rows[0] as Record<string, unknown>;
}

const lose = (id: string, count: number) => client.query('update executions set lost = $2 where id = $1', [id, count]);

describe('a suspended execution', () => {
  it('stays started without a worker until its time, its lost workers forgotten', async () => {
    const hold = await claimed();
    await lose(hold.executionId, 2);
    const resumeAt = hour();
    const waiting = sampleNodeRun({ status: 'pending', type: 'delay', result: { until: 'later' } });
    expect(await storage.executions.suspend(hold, 0, [waiting], resumeAt)).toBe(true);
    expect(await row(hold.executionId)).toMatchObject({
      status: 'started',
      attempt: 1,
      lease_id: null,
      lost: 0,
      resume_at: resumeAt,
    });
    expect(await storage.executions.findReply(hold.executionId)).toEqual({
      status: 'started',
      reply: null,
      suspended: true,
    });
    expect(await storage.executions.loadJournal(hold.executionId)).toEqual({ runs: [waiting], nextSeq: 1 });
  });

  it('is among the started ones of the list', async () => {
    const hold = await claimed();
    await storage.executions.suspend(hold, 0, [sampleNodeRun({ status: 'pending' })], null);
    const { items } = await storage.history.listExecutions({ status: 'started', limit: 100, cursor: null });
    expect(items.map(({ id }) => id)).toContain(hold.executionId);
  });

  it('is neither lost nor given up by a worker that did not hear that it was let go', async () => {
    const hold = await claimed();
    const waiting = [sampleNodeRun({ status: 'pending' })];
    expect(await storage.executions.suspend(hold, 0, waiting, hour())).toBe(true);
    const before = await row(hold.executionId);
    expect(await storage.executions.suspend(hold, 1, waiting, null)).toBe(false);
    expect(await storage.executions.journal(hold, 1, [])).toBe(false);
    await storage.executions.abandon(hold, 'fault');
    expect(await row(hold.executionId)).toEqual(before);
    const lost = await storage.dispatch.findLost(60_000, 100);
    expect(lost.map(({ id }) => id)).not.toContain(hold.executionId);
  });

  it('is refused a time that is no date, without harm to its neighbours', async () => {
    const [bad, good] = [await claimed(), await claimed()];
    const results = await Promise.allSettled([
      storage.executions.suspend(bad, 0, [], new Date(NaN)),
      storage.executions.suspend(good, 0, [], hour()),
    ]);
    expect(results[0]).toMatchObject({ status: 'rejected', reason: expect.any(RejectedRow) });
    expect(results[1]).toMatchObject({ status: 'fulfilled', value: true });
  });
});

describe('an execution handed back', () => {
  it('waits for another worker with what was completed, its lost workers and its time limit as they were', async () => {
    const hold = await claimed(60_000);
    await lose(hold.executionId, 1);
    const { expires_at: expiresAt } = await row(hold.executionId);
    const done = sampleNodeRun({ result: 1 });
    expect(await storage.executions.handBack(hold, 0, [done])).toBe(true);
    expect(await row(hold.executionId)).toMatchObject({
      status: 'queued',
      attempt: 1,
      lease_id: null,
      lost: 1,
      expires_at: expiresAt,
    });
    expect((await storage.executions.loadJournal(hold.executionId)).runs).toEqual([done]);
    expect(await storage.executions.claim(hold.executionId, 1, leaseId, 60_000)).toBe(true);
    expect(await row(hold.executionId)).toMatchObject({ status: 'started', attempt: 2, expires_at: expiresAt });
  });

  it('leaves no entry when nothing was completed', async () => {
    const hold = await claimed();
    expect(await storage.executions.handBack(hold, 0, [])).toBe(true);
    expect(await storage.executions.loadJournal(hold.executionId)).toEqual({ runs: [], nextSeq: 0 });
  });

  it('is not handed back, nor suspended, by whoever does not hold it', async () => {
    const hold = await claimed();
    const foreign = await storage.leases.open('worker-2', 60_000);
    const strangers = [
      { ...hold, attempt: 2 },
      { ...hold, leaseId: foreign },
    ];
    for (const stranger of strangers) {
      expect(await storage.executions.handBack(stranger, 0, [sampleNodeRun()])).toBe(false);
      expect(await storage.executions.suspend(stranger, 0, [sampleNodeRun()], null)).toBe(false);
    }
    expect(await row(hold.executionId)).toMatchObject({ status: 'started', attempt: 1, lease_id: leaseId });
    expect((await storage.executions.loadJournal(hold.executionId)).runs).toEqual([]);
  });

  it('is let go once by callers that race for it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const hold = await claimed();
      const expected = { status: 'started' as const, attempt: 1, leaseId };
      const tries = await Promise.all([
        storage.executions.handBack(hold, 0, []),
        storage.executions.suspend(hold, 1, [], null),
        storage.executions.recordOutcome(sampleOutcome(hold.executionId, { expected })),
      ]);
      expect(tries.filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('a journal entry', () => {
  it('that was committed unheard is written again under its number, and stands once', async () => {
    const hold = await claimed();
    const entry = [sampleNodeRun(), sampleNodeRun({ status: 'pending' })];
    expect(await storage.executions.journal(hold, 0, entry)).toBe(true);
    expect(await storage.executions.journal(hold, 0, entry)).toBe(true);
    expect(await storage.executions.loadJournal(hold.executionId)).toEqual({ runs: entry, nextSeq: 1 });
  });

  it('goes on behind those of earlier attempts, the latest record standing in the place of the first', async () => {
    const hold = await claimed();
    const [first, second] = [sampleNodeRun({ status: 'pending' }), sampleNodeRun()];
    await storage.executions.journal(hold, 0, [first]);
    await storage.executions.handBack(hold, 1, [second]);
    await storage.executions.claim(hold.executionId, 1, leaseId, null);
    const { nextSeq } = await storage.executions.loadJournal(hold.executionId);
    const settled = { ...first, status: 'resolved' as const, result: 7 };
    expect(await storage.executions.journal({ ...hold, attempt: 2 }, nextSeq, [settled])).toBe(true);
    expect(await storage.executions.loadJournal(hold.executionId)).toEqual({ runs: [settled, second], nextSeq: 3 });
  });

  it('is empty for what does not exist', async () => {
    expect(await storage.executions.loadJournal(newId())).toEqual({ runs: [], nextSeq: 0 });
    expect(await storage.executions.loadJournal('no id')).toEqual({ runs: [], nextSeq: 0 });
  });
});

describe('secret results', () => {
  const restore = { branch: 'true', result: { token: 'top-secret' } };
  const masked = () => sampleNodeRun({ result: { token: '***' }, restore });

  it('cannot be read in the database, nor in the history, and come back to a worker', async () => {
    const hold = await claimed();
    const runs = [masked(), masked(), masked(), sampleNodeRun({ restore: { branch: 'false' } })];
    await storage.executions.journal(hold, 0, runs.slice(0, 1));
    await storage.executions.suspend(hold, 1, runs.slice(1, 2), null);
    await client.query(`update executions set status = 'queued' where id = $1`, [hold.executionId]);
    await storage.executions.claim(hold.executionId, 1, leaseId, null);
    await storage.executions.handBack({ ...hold, attempt: 2 }, 2, runs.slice(2, 3));
    await storage.executions.recordOutcome(
      sampleOutcome(hold.executionId, {
        expected: { status: 'queued', attempt: 2, leaseId: null },
        nodeRuns: runs.slice(3),
      }),
    );
    const { rows } = await client.query('select runs::text as text from node_runs where execution_id = $1', [
      hold.executionId,
    ]);
    expect(rows).toHaveLength(4);
    expect((rows as { text: string }[]).filter(({ text }) => text.includes('top-secret'))).toEqual([]);
    const { nodeRuns } = (await storage.history.findExecution(hold.executionId))!;
    expect(nodeRuns).toEqual(runs.map(({ restore: _, ...shown }) => shown));
    expect((await storage.executions.loadJournal(hold.executionId)).runs).toEqual(runs);
  });

  it('of an outcome are sealed too', async () => {
    const hold = await claimed();
    const run = masked();
    const expected = { status: 'started' as const, attempt: 1, leaseId };
    await storage.executions.recordOutcome(sampleOutcome(hold.executionId, { expected, nodeRuns: [run] }));
    const { rows } = await client.query('select runs::text as text from node_runs where execution_id = $1', [
      hold.executionId,
    ]);
    expect((rows[0] as { text: string }).text).not.toContain('top-secret');
    expect((await storage.executions.loadJournal(hold.executionId)).runs).toEqual([run]);
  });
});

describe('a claim', () => {
  it('starts the clock of the execution once, and without a limit never', async () => {
    const { executionId } = await claimed(60_000);
    const { startedAt, expiresInMs } = (await storage.executions.loadRunnable(executionId))!;
    expect(startedAt).toBeInstanceOf(Date);
    expect(expiresInMs).toBeGreaterThan(0);
    expect(expiresInMs).toBeLessThanOrEqual(60_000);
    for (const timeout of [null, 0]) {
      const hold = await claimed(timeout);
      expect((await storage.executions.loadRunnable(hold.executionId))!.expiresInMs).toBeNull();
    }
  });
});

describe('what a worker holds', () => {
  it('does not include what it let go, what ended, and what others hold', async () => {
    const [held, suspended, ended, foreign] = [await claimed(), await claimed(), await claimed(), await claimed()];
    await storage.executions.suspend(suspended, 0, [], null);
    await storage.executions.endFromOutside(ended.executionId, {
      status: 'canceled',
      reason: 'manual_cancel',
      error: { code: 'canceled', message: 'by hand' },
    });
    await client.query('update executions set lease_id = $2 where id = $1', [foreign.executionId, leaseId + 1000]);
    const asked = [held, suspended, ended, foreign].map(({ executionId }) => executionId);
    expect(await storage.executions.findHeld(leaseId, [...asked, newId()])).toEqual(new Set([held.executionId]));
    expect(await storage.executions.findHeld(leaseId, [])).toEqual(new Set());
  });
});
