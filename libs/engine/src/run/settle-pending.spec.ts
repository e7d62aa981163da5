import { describe, expect, it } from '@jest/globals';
import type { NodeRunRecord } from '../contract/node-run.js';
import { settlePending } from './settle-pending.js';

const open = { id: '1', nodeKey: 'a', status: 'pending', result: 5, error: null, endedAt: null } as NodeRunRecord;
const settled: NodeRunRecord = { ...open, id: '2', status: 'resolved', endedAt: '2026-01-01T00:00:00.000Z' };

describe('settlePending', () => {
  it('gives the visits under way the ending, keeps what they showed and leaves out the others', () => {
    const error = { code: 'canceled', message: 'Somebody cancelled it.' };
    const endedAt = new Date('2026-01-02T00:00:00.000Z');
    expect(settlePending([settled, open], { status: 'canceled', error }, endedAt)).toEqual([
      { ...open, status: 'canceled', error, endedAt: '2026-01-02T00:00:00.000Z' },
    ]);
    expect(open.status).toBe('pending');
  });
});
