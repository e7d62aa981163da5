import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#shared';
import type { ExecutionJob } from '#queue';
import type { LostExecution, OutcomeToRecord, QueuedExecution } from '#storage';
import { Dispatcher } from './dispatcher.js';

const queued = (index: number): QueuedExecution => ({
  id: index.toString().padStart(8, '0'),
  attempt: 0,
  mode: index % 2 === 0 ? 'sync' : 'async',
  dedupId: null,
});

function dispatcherOver(backlog: QueuedExecution[], held: (jobId: string) => boolean, lost: LostExecution[] = []) {
  const enqueued: ExecutionJob[] = [];
  const recorded: OutcomeToRecord[] = [];
  const published: string[] = [];
  const requeued: unknown[] = [];
  let looks = 0;
  const dispatcher = new Dispatcher({
    dispatch: {
      findQueued: async (_olderThan, after, limit) => {
        looks += 1;
        return backlog.filter((execution) => after === null || execution.id > after).slice(0, limit);
      },
      findLost: async () => lost.splice(0),
      requeueLost: async ({ id, attempt, leaseId }) => requeued.push([id, attempt, leaseId]) > 0,
      countQueued: async () => backlog.length,
    },
    executions: {
      recordOutcome: async (outcome) => {
        recorded.push(outcome);
        return true;
      },
    },
    producer: {
      enqueue: async (job) => void enqueued.push(job),
      findMissing: async (ids) => ids.filter((id) => !held(id)),
    },
    replies: { publish: async (instance) => void published.push(instance) },
    strandedAfterMs: 5_000,
    leaseTtlMs: 15_000,
    logger: createLogger('test', 'silent'),
  });
  return { dispatcher, enqueued, recorded, published, requeued, looks: () => looks };
}

const lostWith = (differences: Partial<LostExecution>): LostExecution => ({
  id: 'e',
  status: 'started',
  attempt: 1,
  leaseId: 4,
  workflowId: 1,
  workflowKey: 'k',
  versionId: 1,
  version: 1,
  mode: 'sync',
  replyTo: 'gateway-a',
  dedupId: Buffer.alloc(32),
  createdAt: new Date(),
  request: null,
  input: null,
  journaled: true,
  ...differences,
});

describe('Dispatcher', () => {
  it('enqueues what the queue does not hold, sync first in line, and nothing else', async () => {
    const { dispatcher, enqueued } = dispatcherOver([queued(1), queued(2), queued(3)], (id) => id === '00000001-0');
    expect(await dispatcher.pass()).toBe(false);
    expect(enqueued.map(({ executionId, urgent }) => [executionId, urgent])).toEqual([
      ['00000002', true],
      ['00000003', false],
    ]);
  });

  it('looks at all of a long backlog page by page and re-enqueues none of it while the queue holds it', async () => {
    const backlog = Array.from({ length: 2_500 }, (_, index) => queued(index));
    const { dispatcher, enqueued, looks } = dispatcherOver(backlog, () => true);
    expect(await dispatcher.pass()).toBe(true);
    expect(await dispatcher.pass()).toBe(true);
    expect(await dispatcher.pass()).toBe(false);
    expect(looks()).toBe(3);
    expect(enqueued).toEqual([]);
  });

  it('ends an execution that may have acted, fenced by its attempt and lease, and wakes the waiter', async () => {
    const { dispatcher, recorded, published, requeued } = dispatcherOver([], () => true, [lostWith({})]);
    await dispatcher.pass();
    expect(recorded).toHaveLength(1);
    expect(recorded[0]).toMatchObject({
      expected: { status: 'started', attempt: 1, leaseId: 4 },
      status: 'retry_needed',
      reason: 'worker_lost',
      releaseDedup: true,
      reply: { status: 500 },
    });
    expect(published).toEqual(['gateway-a']);
    expect(requeued).toEqual([]);
  });

  it('has an execution without effects wait for another worker, fenced likewise', async () => {
    const lost = lostWith({ journaled: false });
    const { dispatcher, recorded, requeued, published } = dispatcherOver([], () => true, [lost]);
    await dispatcher.pass();
    expect(requeued).toEqual([['e', 1, 4]]);
    expect(recorded).toEqual([]);
    expect(published).toEqual([]);
  });

  it('parks what lost three workers as an error: it may be what kills them', async () => {
    const lost = lostWith({ journaled: false, attempt: 3 });
    const { dispatcher, recorded, requeued } = dispatcherOver([], () => true, [lost]);
    await dispatcher.pass();
    expect(requeued).toEqual([]);
    expect(recorded[0]).toMatchObject({ status: 'error', reason: 'worker_lost', reply: { status: 500 } });
  });
});
