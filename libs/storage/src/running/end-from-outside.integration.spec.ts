import { interruptedReply } from '#engine';
import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { OutsideEnding, Storage } from '../contract.js';
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
let other: Storage;
let client: pg.Client;
let ids: { workflowId: number; versionId: number };
let leaseId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  other = await openTestStorage(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  ids = await saveSampleWorkflow(storage, { key: 'ended' });
  leaseId = await storage.leases.open('worker-1', 60_000);
});

afterAll(async () => {
  await client?.end();
  await storage?.close();
  await other?.close();
  await database?.drop();
});

const canceled: OutsideEnding = {
  status: 'canceled',
  reason: 'manual_cancel',
  error: { code: 'canceled', message: 'Somebody cancelled it.' },
};

async function accepted(more: Partial<Parameters<typeof sampleAccept>[0]> = {}): Promise<string> {
  const request = sampleAccept({ ...ids, ...more });
  await storage.acceptor.accept(request);
  return request.executionId;
}

async function started(more: Partial<Parameters<typeof sampleAccept>[0]> = {}): Promise<string> {
  const id = await accepted(more);
  await storage.executions.claim(id, 0, leaseId, null);
  return id;
}

const end = (id: string, onlyIf?: Parameters<Storage['executions']['endFromOutside']>[2]) =>
  storage.executions.endFromOutside(id, canceled, onlyIf);

describe('ending from outside', () => {
  it('ends what waits, what runs, what is suspended and what is lost', async () => {
    const [waiting, running, suspended, lost] = [await accepted(), await started(), await started(), await started()];
    await storage.executions.suspend({ executionId: suspended, attempt: 1, leaseId }, 0, [], null);
    await storage.executions.abandon({ executionId: lost, attempt: 1, leaseId }, 'fault');
    for (const id of [waiting, running, suspended, lost]) {
      expect(await end(id)).toEqual({ kind: 'ended', replyTo: null });
      expect(await storage.history.findExecution(id)).toMatchObject({ ...canceled, endedAt: expect.any(Date) });
    }
    expect(await storage.dispatch.findLost(60_000, 10)).toEqual([]);
  });

  it('takes the execution out of the hands of its worker', async () => {
    const id = await started();
    await end(id);
    const hold = { executionId: id, attempt: 1, leaseId };
    expect(await storage.executions.journal(hold, 0, [sampleNodeRun()])).toBe(false);
    expect(await storage.executions.suspend(hold, 0, [sampleNodeRun()], null)).toBe(false);
    const expected = { status: 'started' as const, attempt: 1, leaseId };
    expect(await storage.executions.recordOutcome(sampleOutcome(id, { expected }))).toBe(false);
  });

  it('settles the visits under way with the ending and leaves the others, secrets still sealed', async () => {
    const id = await started();
    const done = sampleNodeRun({ result: '***', restore: { result: 'secret' } });
    const pending = sampleNodeRun({ status: 'pending', restore: { result: 'seen' } });
    await storage.executions.journal({ executionId: id, attempt: 1, leaseId }, 0, [done, pending]);
    await end(id);
    const { runs } = await storage.executions.loadJournal(id);
    expect(runs).toEqual([
      done,
      { ...pending, status: 'canceled', error: canceled.error, endedAt: expect.any(String) },
    ]);
  });

  it('answers the sender of a sync execution and frees its key', async () => {
    const id = await accepted({ mode: 'sync', dedupKey: 'freed' });
    expect(await end(id)).toEqual({ kind: 'ended', replyTo: 'gateway-1' });
    expect((await storage.executions.findReply(id))!.reply).toEqual(interruptedReply(id));
    const again = await storage.acceptor.accept(sampleAccept({ ...ids, mode: 'sync', dedupKey: 'freed' }));
    expect(again).toMatchObject({ kind: 'accepted', previousExecutionId: id });
  });

  it('keeps the key of an async execution, whose sender was answered', async () => {
    const id = await accepted({ dedupKey: 'kept' });
    await end(id);
    const again = await storage.acceptor.accept(sampleAccept({ ...ids, dedupKey: 'kept' }));
    expect(again).toMatchObject({ kind: 'duplicate', executionId: id });
  });

  it('says what it found when there is nothing to end', async () => {
    const id = await accepted();
    await storage.executions.recordOutcome(sampleOutcome(id));
    expect(await end(id)).toEqual({ kind: 'closed', status: 'resolved' });
    expect(await end(newId())).toEqual({ kind: 'unknown' });
    expect(await end('no id')).toEqual({ kind: 'unknown' });
  });

  it('does nothing when the row is not as it was asked to be', async () => {
    const id = await started();
    for (const onlyIf of [
      { status: 'queued' as const, attempt: 1, leaseId },
      { status: 'started' as const, attempt: 2, leaseId },
      { status: 'started' as const, attempt: 1, leaseId: null },
    ])
      expect(await end(id, onlyIf)).toEqual({ kind: 'changed' });
    expect((await storage.executions.findReply(id))!.status).toBe('started');
    expect(await end(id, { status: 'started', attempt: 1, leaseId })).toMatchObject({ kind: 'ended' });
  });

  it('has one winner against the worker and another operator, whatever the order', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = await started();
      const expected = { status: 'started' as const, attempt: 1, leaseId };
      const [ours, theirs, recorded] = await Promise.all([
        end(id),
        other.executions.endFromOutside(id, { ...canceled, status: 'aborted', reason: 'timeout' }),
        other.executions.recordOutcome(sampleOutcome(id, { expected })),
      ]);
      const wins = [ours.kind === 'ended', theirs.kind === 'ended', recorded];
      expect(wins.filter(Boolean)).toHaveLength(1);
      const winner = (['canceled', 'aborted', 'resolved'] as const)[wins.indexOf(true)];
      expect((await storage.executions.findReply(id))!.status).toBe(winner);
    }
  });

  it('follows an execution that is claimed, handed back and suspended while it is being ended', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = await accepted();
      const hold = { executionId: id, attempt: 1, leaseId };
      const run = async () => {
        await other.executions.claim(id, 0, leaseId, null);
        await other.executions.handBack(hold, 0, []);
        await other.executions.claim(id, 1, leaseId, null);
        await other.executions.suspend({ ...hold, attempt: 2 }, 1, [], null);
      };
      const [result] = await Promise.all([end(id), run()]);
      expect(result).toMatchObject({ kind: 'ended' });
      expect((await storage.executions.findReply(id))!.status).toBe('canceled');
    }
  });

  it('leaves no visit under way, however late the worker began it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = await started();
      const hold = { executionId: id, attempt: 1, leaseId };
      const journal = async () => {
        for (let seq = 0; seq < 5; seq += 1)
          await other.executions.journal(hold, seq, [sampleNodeRun({ status: 'pending' })]);
      };
      await Promise.all([end(id), journal()]);
      const { runs } = await storage.executions.loadJournal(id);
      expect(runs.filter(({ status }) => status === 'pending')).toEqual([]);
    }
  });
});

describe('deletion after an ending', () => {
  const document = { trigger: { type: 'webhook' }, nodes: [], options: { deleteExecutionOnStatus: ['canceled'] } };

  async function deleteAt(id: string): Promise<Date | null> {
    const { rows } = await client.query('select delete_at from executions where id = $1', [id]);
    return (rows[0] as { delete_at: Date | null }).delete_at;
  }

  it('is due at once for an async execution whose workflow wants it, and never for one whose does not', async () => {
    const wanting = await saveSampleWorkflow(storage, { key: 'deleting', document });
    const id = await accepted(wanting);
    await end(id);
    const { rows } = await client.query('select delete_at <= now() as due from executions where id = $1', [id]);
    expect(rows).toEqual([{ due: true }]);
    const kept = [await accepted(), await accepted(wanting)];
    await end(kept[0]!);
    await storage.executions.recordOutcome(sampleOutcome(kept[1]!));
    for (const id of kept) expect(await deleteAt(id)).toBeNull();
  });

  it('waits while duplicates of a sync execution are answered with its reply', async () => {
    const id = await accepted({ mode: 'sync', dedupKey: 'answered', windowMs: 3_600_000 });
    await storage.executions.recordOutcome(sampleOutcome(id, { deleteWhenEnded: true }));
    const { rows } = await client.query('select expires_at from dedup_ids where execution_id = $1', [id]);
    expect(await deleteAt(id)).toEqual((rows[0] as { expires_at: Date }).expires_at);
  });

  it('leaves the sender of a sync execution the time to fetch the reply', async () => {
    const [keyless, released] = [
      await accepted({ mode: 'sync' }),
      await accepted({ mode: 'sync', dedupKey: 'gone', windowMs: 3_600_000 }),
    ];
    await storage.executions.recordOutcome(sampleOutcome(keyless, { deleteWhenEnded: true }));
    await storage.executions.recordOutcome(sampleOutcome(released, { deleteWhenEnded: true, releaseDedup: true }));
    const { rows } = await client.query(
      `select delete_at - ended_at > interval '2 minutes' and delete_at - ended_at < interval '4 minutes' as soon
       from executions where id = any($1)`,
      [[keyless, released]],
    );
    expect(rows).toEqual([{ soon: true }, { soon: true }]);
  });
});
