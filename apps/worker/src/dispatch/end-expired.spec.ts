import { describe, expect, it } from '@jest/globals';
import { dispatcherParts } from '../testing/dispatcher-parts.js';
import { endExpired } from './end-expired.js';

describe('endExpired', () => {
  it('ends what passed its time limit and wakes who waits for it', async () => {
    const parts = dispatcherParts({ dispatch: { findExpired: async () => ['a', 'b'] } });
    await endExpired(parts);
    expect(parts.endings).toMatchObject([
      ['a', { status: 'aborted', reason: 'timeout' }],
      ['b', { status: 'aborted', reason: 'timeout' }],
    ]);
    expect(parts.published).toEqual([
      ['gateway-a', 'a'],
      ['gateway-a', 'b'],
    ]);
  });

  it('tells nobody when the worker was first to end it', async () => {
    const parts = dispatcherParts({
      dispatch: { findExpired: async () => ['a'] },
      executions: { endFromOutside: async () => ({ kind: 'closed', status: 'aborted' }) },
    });
    await endExpired(parts);
    expect(parts.published).toEqual([]);
  });
});
