import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RejectedRow, type Storage } from '../contract.js';
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
let ids: { workflowId: number; versionId: number };
let leaseId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  ids = await saveSampleWorkflow(storage, { key: 'running' });
  leaseId = await storage.leases.open('worker-1', 60_000);
});

afterAll(async () => {
  await storage?.close();
  await database?.drop();
});

async function queued(): Promise<string> {
  const request = sampleAccept({ ...ids, mode: 'sync' });
  await storage.acceptor.accept(request);
  return request.executionId;
}

describe('recording an outcome', () => {
  it('is done once, however many try at the same time', async () => {
    const id = await queued();
    const tries = Array.from({ length: 10 }, (_, n) =>
      storage.executions.recordOutcome(sampleOutcome(id, { output: n, nodeRuns: [sampleNodeRun()] })),
    );
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    const again = await storage.executions.recordOutcome(sampleOutcome(id));
    expect(again).toBe(false);
    expect((await storage.history.findExecution(id))!.nodeRuns).toHaveLength(1);
  });

  it('keeps NUL and lone surrogates in node runs, reply, output and error', async () => {
    const id = await queued();
    const odd = 'a\0b\ud800c"\\u0000';
    const run = sampleNodeRun({ result: { odd }, log: odd });
    const reply = { status: 200, headers: { 'x-a': 'b' }, body: odd };
    const error = { code: 'odd', message: odd };
    const outcome = sampleOutcome(id, { status: 'failed', nodeRuns: [run], reply, output: odd, error });
    expect(await storage.executions.recordOutcome(outcome)).toBe(true);
    const detail = await storage.history.findExecution(id);
    expect(detail).toMatchObject({ status: 'failed', nodeRuns: [run], reply, output: odd, error });
    expect(await storage.executions.findReply(id)).toEqual({ status: 'failed', reply, suspended: false });
  });

  it('gives an outcome that cannot be stored its own error and stores its neighbours', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, queued));
    const results = await Promise.allSettled(
      all.map((id, n) =>
        storage.executions.recordOutcome(
          n === 7 ? sampleOutcome(id, { status: 'nonsense' as 'resolved' }) : sampleOutcome(id),
        ),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled' && result.value)).toHaveLength(19);
    expect(results[7]).toMatchObject({ status: 'rejected', reason: expect.any(RejectedRow) });
    expect((await storage.executions.findReply(all[7]!))!.status).toBe('queued');
  });

  it('writes nothing under another lease or attempt than the claim has', async () => {
    const id = await queued();
    expect(await storage.executions.claim(id, 0, leaseId, null)).toBe(true);
    const foreign = await storage.leases.open('worker-2', 60_000);
    const under = (attempt: number, lease: number | null) =>
      storage.executions.recordOutcome(sampleOutcome(id, { expected: { status: 'started', attempt, leaseId: lease } }));
    expect(await under(1, foreign)).toBe(false);
    expect(await under(0, leaseId)).toBe(false);
    expect(await under(1, null)).toBe(false);
    expect((await storage.executions.findReply(id))!.status).toBe('started');
    expect(await under(1, leaseId)).toBe(true);
  });
});

describe('claiming', () => {
  it('succeeds once and counts the attempt', async () => {
    const id = await queued();
    const tries = Array.from({ length: 10 }, () => storage.executions.claim(id, 0, leaseId, null));
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    expect(await storage.executions.loadRunnable(id)).toMatchObject({ status: 'started', attempt: 1, leaseId });
  });

  it('is refused under a lease that is gone', async () => {
    const id = await queued();
    const gone = await storage.leases.open('worker-3', 60_000);
    await storage.leases.release(gone);
    expect(await storage.executions.claim(id, 0, gone, null)).toBe(false);
  });
});

describe('journaling', () => {
  it('merges entries by node run id, the later record standing in the place of the first', async () => {
    const id = await queued();
    await storage.executions.claim(id, 0, leaseId, null);
    const claim = { executionId: id, attempt: 1, leaseId };
    const [before, effect, after] = [newId(), newId(), newId()];
    expect(
      await storage.executions.journal(claim, 0, [
        sampleNodeRun({ id: before }),
        sampleNodeRun({ id: effect, status: 'pending' }),
      ]),
    ).toBe(true);
    await storage.executions.recordOutcome(
      sampleOutcome(id, {
        expected: { status: 'started', attempt: 1, leaseId },
        nodeRuns: [sampleNodeRun({ id: effect, result: 'sent' }), sampleNodeRun({ id: after })],
      }),
    );
    const { nodeRuns } = (await storage.history.findExecution(id))!;
    expect(nodeRuns.map((run) => [run.id, run.status, run.result])).toEqual([
      [before, 'resolved', null],
      [effect, 'resolved', 'sent'],
      [after, 'resolved', null],
    ]);
  });

  it('writes nothing once the claim is lost', async () => {
    const id = await queued();
    await storage.executions.claim(id, 0, leaseId, null);
    const run = [sampleNodeRun()];
    expect(await storage.executions.journal({ executionId: id, attempt: 2, leaseId }, 0, run)).toBe(false);
    await storage.executions.recordOutcome(
      sampleOutcome(id, { status: 'canceled', expected: { status: 'started', attempt: 1, leaseId } }),
    );
    expect(await storage.executions.journal({ executionId: id, attempt: 1, leaseId }, 0, run)).toBe(false);
    expect((await storage.history.findExecution(id))!.nodeRuns).toEqual([]);
  });
});

describe('reading', () => {
  it('knows nothing of ids that do not exist or are no ids', async () => {
    const { executions } = storage;
    const unknown = await Promise.all([executions.loadRunnable(newId()), executions.loadRunnable("'; drop table x")]);
    expect(unknown).toEqual([null, null]);
    expect(await Promise.all([executions.findReply(newId()), executions.findReply('x')])).toEqual([null, null]);
  });
});
