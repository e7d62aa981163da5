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
});
