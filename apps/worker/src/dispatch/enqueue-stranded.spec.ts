import { describe, expect, it } from '@jest/globals';
import type { QueuedExecution } from '#storage';
import { dispatcherParts, queuedExecution } from '../testing/dispatcher-parts.js';
import { enqueueStranded } from './enqueue-stranded.js';

function partsOver(backlog: QueuedExecution[], held: (jobId: string) => boolean) {
  const asked: string[] = [];
  const parts = dispatcherParts({
    dispatch: {
      findQueued: async (_olderThan, after, limit) =>
        backlog.filter((execution) => after === null || execution.id > after).slice(0, limit),
    },
    producer: {
      findMissing: async (ids) => {
        asked.push(...ids);
        return ids.filter((id) => !held(id));
      },
    },
  });
  return { parts, asked };
}

const DEDUP_ID = Buffer.alloc(32, 1);
const dedupHex = DEDUP_ID.toString('hex');

describe('enqueueStranded', () => {
  it('enqueues what the queue does not hold, sync first in line, and nothing else', async () => {
    const backlog = [queuedExecution(1), queuedExecution(2, { mode: 'sync' }), queuedExecution(3)];
    const { parts } = partsOver(backlog, (id) => id === '00000001-0');
    expect(await enqueueStranded(parts, null)).toEqual({ after: null, hasMissing: true });
    expect(parts.enqueued).toEqual([
      { executionId: '00000002', attempt: 0, dedupId: null, urgent: true },
      { executionId: '00000003', attempt: 0, dedupId: null, urgent: false },
    ]);
  });

  it('looks at a long backlog page by page and re-enqueues none of it while the queue holds it', async () => {
    const backlog = Array.from({ length: 2_500 }, (_, index) => queuedExecution(index));
    const { parts, asked } = partsOver(backlog, () => true);
    const first = await enqueueStranded(parts, null);
    expect(first).toEqual({ after: '00000999', hasMissing: false });
    const second = await enqueueStranded(parts, first.after);
    expect(await enqueueStranded(parts, second.after)).toEqual({ after: null, hasMissing: false });
    expect([asked.length, new Set(asked).size]).toEqual([2_500, 2_500]);
    expect(parts.enqueued).toEqual([]);
  });

  it.each([`${dedupHex}-2`, '00000001-2', 'c-chunk'])(
    'takes an execution for held when the queue has %s',
    async (id) => {
      const waiting = queuedExecution(1, { attempt: 2, dedupId: DEDUP_ID, chunkId: 'c' });
      const { parts } = partsOver([waiting], (jobId) => jobId === id);
      expect(await enqueueStranded(parts, null)).toEqual({ after: null, hasMissing: false });
      expect(parts.enqueued).toEqual([]);
    },
  );

  it('enqueues an execution under its dedup id when no job that could hold it is there', async () => {
    const waiting = queuedExecution(1, { dedupId: DEDUP_ID, chunkId: 'c' });
    const { parts, asked } = partsOver([waiting], () => false);
    await enqueueStranded(parts, null);
    expect(asked).toEqual(['c-chunk', `${dedupHex}-0`, '00000001-0']);
    expect(parts.enqueued).toEqual([{ executionId: '00000001', attempt: 0, dedupId: dedupHex, urgent: false }]);
  });

  it('asks for a chunk once, and for its members only when it is gone', async () => {
    const backlog = [1, 2, 3, 4].map((number) => queuedExecution(number, { chunkId: number < 3 ? 'held' : 'gone' }));
    const { parts, asked } = partsOver(backlog, (id) => id === 'held-chunk');
    await enqueueStranded(parts, null);
    expect(asked).toEqual(['held-chunk', 'gone-chunk', '00000003-0', '00000004-0']);
  });

  it('puts what is missing of one chunk together again, and what is missing alone on its own', async () => {
    const chunks = ['a', 'a', 'a', 'b', 'b'];
    const backlog = chunks.map((chunkId, number) => queuedExecution(number, { chunkId }));
    const handedOn = new Set(['00000001-0', '00000003-0']);
    const { parts } = partsOver(backlog, (id) => handedOn.has(id));
    await enqueueStranded(parts, null);
    expect(parts.enqueued.map(({ executionId, chunk }) => [executionId, chunk])).toEqual([
      ['00000000', { id: 'a', size: 2 }],
      ['00000002', { id: 'a', size: 2 }],
      ['00000004', undefined],
    ]);
  });

  it('goes on when the queue does not take some of a page', async () => {
    const backlog = [queuedExecution(1), queuedExecution(2)];
    const { parts } = partsOver(backlog, () => false);
    const { enqueue } = parts.producer;
    parts.producer.enqueue = async (job) => {
      if (job.executionId === '00000001') throw new Error('away');
      return enqueue(job);
    };
    expect(await enqueueStranded(parts, null)).toEqual({ after: null, hasMissing: true });
    expect(parts.enqueued.map((job) => job.executionId)).toEqual(['00000002']);
  });
});
