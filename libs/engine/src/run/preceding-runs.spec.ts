import { describe, expect, it } from '@jest/globals';
import type { NodeRunRecord, NodeRunStatus } from '../index.js';
import { precedingRuns } from './preceding-runs.js';

function run(id: string, nodeKey: string, status: NodeRunStatus = 'resolved'): NodeRunRecord {
  return { id, nodeKey, status } as NodeRunRecord;
}

const runs = [run('1', 'a'), run('2', 'b', 'pending'), run('3', 'c'), run('4', 'd', 'failed'), run('5', 'c')];

describe('precedingRuns', () => {
  it('are the resolved visits before the first one of the node', () => {
    expect(precedingRuns(runs, 'd')?.map(({ id }) => id)).toEqual(['1', '3']);
    expect(precedingRuns(runs, 'c')?.map(({ id }) => id)).toEqual(['1']);
  });

  it('are none for the first node, and null for one that was never visited', () => {
    expect(precedingRuns(runs, 'a')).toEqual([]);
    expect(precedingRuns(runs, 'z')).toBeNull();
  });

  const within = (id: string, nodeKey: string, rounds: number[], status: NodeRunStatus, ends = '2'): NodeRunRecord =>
    ({ ...run(id, nodeKey, status), rounds, startedAt: ends, endedAt: ends }) as NodeRunRecord;
  const loop = (id: string, nodeKey: string, rounds: number[], ends: string): NodeRunRecord =>
    ({ ...within(id, nodeKey, rounds, 'failed', ends), restore: { open: true } }) as NodeRunRecord;

  it('go on in the round of a loop that failed, the loop being opened anew', () => {
    const looped = [
      loop('1', 'each', [], '9'),
      within('2', 'step', [0], 'resolved'),
      within('3', 'step', [1], 'failed'),
    ];
    expect(precedingRuns(looped, 'step')?.map(({ id }) => id)).toEqual(['2']);
  });

  it('keep failures of earlier rounds, from which the loop went on, and loops that were over', () => {
    const looped = [
      { ...loop('1', 'before', [], '1'), status: 'resolved' as const },
      within('2', 'inner', [0], 'resolved', '0'),
      loop('3', 'each', [], '9'),
      within('4', 'other', [0], 'failed', '3'),
      within('5', 'other', [1], 'resolved', '4'),
      within('6', 'step', [1], 'failed', '5'),
    ];
    expect(precedingRuns(looped, 'step')?.map(({ id }) => id)).toEqual(['1', '2', '4', '5']);
  });

  it('keep what had resolved beside it in a parallel, of the same round, also when it was later', () => {
    const forked = [
      loop('1', 'fork', [0], '9'),
      within('2', 'slow', [0], 'failed'),
      within('3', 'charge', [0], 'resolved'),
      within('4', 'inner', [0, 4], 'resolved'),
      within('5', 'given-up', [0], 'aborted'),
      within('6', 'later', [0], 'resolved'),
      within('7', 'charge', [1], 'resolved'),
    ];
    const beside = new Map([
      ['charge', 1],
      ['inner', 1],
      ['given-up', 1],
    ]);
    expect(precedingRuns(forked, 'slow', beside)?.map(({ id }) => id)).toEqual(['3', '4']);
  });
});
