import { describe, expect, it } from '@jest/globals';
import { dispatcherParts, queuedExecution } from '../testing/dispatcher-parts.js';
import { wakeDue } from './wake-due.js';

describe('wakeDue', () => {
  it('wakes all that is due, page by page, and enqueues each for the attempt it has', async () => {
    const due = Array.from({ length: 2_100 }, (_, number) => queuedExecution(number, { attempt: 2 }));
    const parts = dispatcherParts({ dispatch: { resumeDue: async (limit) => due.splice(0, limit) } });
    await wakeDue(parts);
    expect(parts.enqueued).toHaveLength(2_100);
    expect(parts.enqueued[7]).toEqual({ executionId: '00000007', attempt: 2, dedupId: null, urgent: false });
  });

  it('does not mind a queue that is away: what is awake is found waiting', async () => {
    const parts = dispatcherParts({
      dispatch: { resumeDue: async () => [queuedExecution(1)] },
      producer: {
        enqueue: async () => {
          throw new Error('away');
        },
      },
    });
    await expect(wakeDue(parts)).resolves.toBeUndefined();
  });
});
