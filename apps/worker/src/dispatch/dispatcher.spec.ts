import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#shared';
import type { ExecutionJob } from '#queue';
import type { OutcomeToRecord, QueuedExecution, RunnableExecution } from '#storage';
import { Dispatcher } from './dispatcher.js';

const queued = (index: number): QueuedExecution => ({
  id: index.toString().padStart(8, '0'),
  attempt: 0,
  mode: index % 2 === 0 ? 'sync' : 'async',
  dedupId: null,
});

function dispatcherOver(backlog: QueuedExecution[], held: (jobId: string) => boolean, lost: RunnableExecution[] = []) {
  const enqueued: ExecutionJob[] = [];
  const recorded: OutcomeToRecord[] = [];
  const published: string[] = [];
  let looks = 0;
  const dispatcher = new Dispatcher({
    dispatch: {
      findQueued: async (_olderThan, after, limit) => {
        looks += 1;
        return backlog.filter((execution) => after === null || execution.id > after).slice(0, limit);
      },
      findLost: async () => lost.splice(0),
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
  return { dispatcher, enqueued, recorded, published, looks: () => looks };
}

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

  it('ends an execution whose worker vanished, fenced by its attempt and lease, and wakes the waiter', async () => {
    const lost: RunnableExecution = {
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
    };
    const { dispatcher, recorded, published } = dispatcherOver([], () => true, [lost]);
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
  });
});
