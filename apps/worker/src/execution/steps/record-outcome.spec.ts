import { describe, expect, it } from '@jest/globals';
import type { ExecutionOutcome } from '#engine';
import { RejectedRow, StorageUnavailable, type OutcomeToRecord } from '#storage';
import { runnableExecution } from '../../testing/runnable-execution.js';
import { recordOutcome, recordWhileHeld } from './record-outcome.js';

const execution = runnableExecution({ mode: 'sync', replyTo: 'g', dedupId: Buffer.alloc(32) });
const recording = {
  execution,
  expected: { status: 'queued' as const, attempt: 0, leaseId: null },
  startedAt: new Date(),
  endedAt: new Date(),
  deleteOn: ['resolved'],
};
const outcomeWith = (status: number | null): ExecutionOutcome => ({
  status: 'resolved',
  reason: null,
  error: null,
  nodeRuns: [],
  reply: status === null ? null : { status, headers: {}, body: '' },
  output: null,
});

function storeThat(...answers: (boolean | Error)[]) {
  const rows: OutcomeToRecord[] = [];
  return {
    rows,
    recordOutcome: async (row: OutcomeToRecord) => {
      rows.push(row);
      const answer = answers.shift() ?? true;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe('recordOutcome', () => {
  it.each([
    [200, false],
    [422, false],
    [408, true],
    [429, true],
    [500, true],
    [null, true],
  ])(
    'keeps the dedup key of a sync execution only when its reply is final (%s releases: %s)',
    async (status, released) => {
      const store = storeThat();
      await recordOutcome(store, recording, outcomeWith(status));
      expect(store.rows[0]!.releaseDedup).toBe(released);
    },
  );

  it('never releases the key of an async execution: its sender was answered already', async () => {
    const store = storeThat();
    await recordOutcome(store, { ...recording, execution: { ...execution, mode: 'async' } }, outcomeWith(null));
    expect(store.rows[0]!.releaseDedup).toBe(false);
  });

  it('ends an execution whose outcome cannot be stored as an error that says so, and answers its sender 500', async () => {
    const store = storeThat(new RejectedRow('bad bytes'), true);
    const stored = await recordOutcome(store, recording, outcomeWith(200));
    expect(store.rows[1]).toMatchObject({ status: 'error', error: { code: 'unstorable_outcome' }, nodeRuns: [] });
    expect(store.rows[1]!.reply!.status).toBe(500);
    expect(stored!.reply).toEqual(store.rows[1]!.reply);
  });

  it('keeps trying while the database is away and the lease lasts, and no longer', async () => {
    const away = () => new StorageUnavailable('away');
    const store = storeThat(away(), away(), true);
    const held = { id: 1, isHeld: () => true };
    const outcome = outcomeWith(200);
    expect(await recordWhileHeld(store, held, recording, outcome)).toBe(outcome);
    expect(store.rows).toHaveLength(3);
    const lost = { id: 1, isHeld: () => false };
    await expect(recordWhileHeld(storeThat(away()), lost, recording, outcomeWith(200))).rejects.toThrow('away');
  });

  it('gives nothing when somebody else had ended the execution', async () => {
    expect(await recordOutcome(storeThat(false), recording, outcomeWith(200))).toBeNull();
    expect(await recordOutcome(storeThat(new RejectedRow('bad bytes'), false), recording, outcomeWith(200))).toBeNull();
  });

  it.each([
    ['resolved' as const, true],
    ['failed' as const, false],
  ])('asks for the deletion of what the workflow wants deleted (%s: %s)', async (status, isDeleted) => {
    const store = storeThat();
    await recordOutcome(store, recording, { ...outcomeWith(200), status });
    expect(store.rows[0]!.deleteWhenEnded).toBe(isDeleted);
  });
});
