import { describe, expect, it } from '@jest/globals';
import type { NodeRunRecord } from '../contract/node-run.js';
import { RestoredRuns } from './restored-runs.js';

const run = (nodeKey: string, ...rounds: number[]): NodeRunRecord => ({
  ...{ id: [nodeKey, ...rounds].join(), nodeKey, rounds, type: 'step', status: 'resolved', input: {}, result: null },
  ...{ error: null, log: null, startedAt: '', endedAt: '' },
});
const ids = (runs: Iterable<NodeRunRecord>) => [...runs].map(({ id }) => id);

describe('RestoredRuns', () => {
  const restored = new RestoredRuns([
    run('b', 1, 1),
    run('a'),
    run('b', 1, 11),
    run('c', 1),
    run('c', 11),
    run('b', 11, 1),
  ]);

  it('finds a visit by its node and rounds', () => {
    expect(restored.of('b', [1, 11])?.id).toBe('b,1,11');
    expect(restored.of('b', [1])).toBeUndefined();
  });

  it('gives the visits within a round and deeper, in their order, and no others', () => {
    expect(ids(restored.within([1]))).toEqual(['b,1,1', 'b,1,11', 'c,1']);
    expect(ids(restored.within([11]))).toEqual(['c,11', 'b,11,1']);
    expect(ids(restored.within([1, 1]))).toEqual(['b,1,1']);
    expect(ids(restored.within([2]))).toEqual([]);
    expect(ids(restored.within([]))).toEqual(ids(restored.all()));
  });

  it('is quick where a loop of many rounds is gone through again', () => {
    const rounds = 20_000;
    const many = new RestoredRuns(Array.from({ length: rounds }, (_, round) => run('a', round)));
    const start = performance.now();
    let found = 0;
    for (let round = 0; round < rounds; round += 1) found += ids(many.within([round])).length;
    expect(found).toBe(rounds);
    // Looking through all of them each time takes many times as long.
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
