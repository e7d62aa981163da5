import { describe, expect, it } from '@jest/globals';
import { nodeRegistry, type NodeRunRecord } from '#engine';
import { StorageUnavailable, type LostExecution, type StoredJournal } from '#storage';
import { dispatcherParts, queuedExecution } from '../testing/dispatcher-parts.js';
import { recoverLost } from './recover-lost.js';

const lost = (differences: Partial<LostExecution> = {}): LostExecution => ({
  id: 'e',
  attempt: 3,
  leaseId: 4,
  workflowKey: 'k',
  lostWorkers: 0,
  isCounted: true,
  ...differences,
});

const visit = (type: string, status: NodeRunRecord['status']) => ({ type, status }) as NodeRunRecord;

function partsOver(executions: LostExecution[], journal: NodeRunRecord[] | Error = []) {
  const graces: number[] = [];
  const parts = dispatcherParts({
    dispatch: {
      findLost: async (graceMs) => {
        graces.push(graceMs);
        return executions;
      },
      requeueLost: async ({ id, attempt }) => ({ ...queuedExecution(0, { id, attempt, mode: 'sync' }) }),
    },
    executions: {
      loadJournal: async (): Promise<StoredJournal> => {
        if (journal instanceof Error) throw journal;
        return { runs: journal, nextSeq: 1 };
      },
    },
  });
  return { parts, graces };
}

const FENCE = { status: 'started', attempt: 3, leaseId: 4 };

describe('recoverLost', () => {
  it('has an execution wait for another worker, enqueued at once, whatever its journal holds', async () => {
    const { parts, graces } = partsOver([lost({ lostWorkers: 1 })], [visit('request', 'pending')]);
    await recoverLost(parts);
    expect(graces).toEqual([15_000]);
    expect(parts.enqueued).toEqual([{ executionId: 'e', attempt: 3, dedupId: null, urgent: true }]);
    expect(parts.endings).toEqual([]);
  });

  it('does not end what was given up in an outage, however often it lost its worker before', async () => {
    const { parts } = partsOver([lost({ lostWorkers: 2, isCounted: false })]);
    await recoverLost(parts);
    expect([parts.enqueued.length, parts.endings]).toEqual([1, []]);
  });

  it('enqueues nothing when somebody else was first', async () => {
    const { parts } = partsOver([lost()]);
    parts.dispatch.requeueLost = async () => null;
    await recoverLost(parts);
    expect(parts.enqueued).toEqual([]);
  });

  it('ends what lost three workers as an error, fenced by its attempt and lease, and wakes the waiter', async () => {
    const { parts } = partsOver([lost({ lostWorkers: 2 })], [visit('request', 'resolved')]);
    await recoverLost(parts);
    expect(parts.endings).toMatchObject([['e', { status: 'error', reason: 'worker_lost' }, FENCE]]);
    expect(parts.published).toEqual([['gateway-a', 'e']]);
    expect(parts.enqueued).toEqual([]);
  });

  it.each([
    { what: 'an effect is open', journal: [visit('request', 'pending')] },
    { what: 'the open node is of another release', journal: [visit('unheard-of', 'pending')] },
    { what: 'the journal cannot be read', journal: new Error('not decrypted') },
  ])('ends what lost three workers as retry_needed when $what: it may have acted', async ({ journal }) => {
    const { parts } = partsOver([lost({ lostWorkers: 2 })], journal);
    await recoverLost(parts);
    expect(parts.endings).toMatchObject([['e', { status: 'retry_needed', reason: 'worker_lost' }, FENCE]]);
  });

  it('does not take a node that waits for an open effect', async () => {
    const waiting = [...nodeRegistry.values()].find((definition) => definition.suspends)!;
    const { parts } = partsOver([lost({ lostWorkers: 2 })], [visit(waiting.type, 'pending')]);
    await recoverLost(parts);
    expect(parts.endings).toMatchObject([['e', { status: 'error' }, FENCE]]);
  });

  it('tells nobody of an ending that was not made', async () => {
    const { parts } = partsOver([lost({ lostWorkers: 2 })]);
    parts.executions.endFromOutside = async () => ({ kind: 'changed' });
    await recoverLost(parts);
    expect(parts.published).toEqual([]);
  });

  it('goes on behind an execution that cannot be recovered, and stops when the database is away', async () => {
    const { parts } = partsOver([lost({ id: 'bad' }), lost({ id: 'good' })]);
    const { requeueLost } = parts.dispatch;
    const failingWith = (error: Error) => async (execution: Pick<LostExecution, 'id' | 'attempt' | 'leaseId'>) => {
      if (execution.id === 'bad') throw error;
      return requeueLost(execution);
    };
    parts.dispatch.requeueLost = failingWith(new Error('a defect'));
    await recoverLost(parts);
    expect(parts.enqueued.map((job) => job.executionId)).toEqual(['good']);
    parts.dispatch.requeueLost = failingWith(new StorageUnavailable('away'));
    await expect(recoverLost(parts)).rejects.toBeInstanceOf(StorageUnavailable);
    expect(parts.enqueued).toHaveLength(1);
  });
});
