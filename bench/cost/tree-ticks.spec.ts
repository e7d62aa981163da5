import { describe, expect, it } from '@jest/globals';
import { treeTicks } from './tree-ticks.js';

const postmaster = { parent: 1, own: 10, reaped: 5 };
const backend = { parent: 100, own: 30, reaped: 0 };
const stranger = { parent: 1, own: 1000, reaped: 1000 };

describe('treeTicks', () => {
  it('adds up a process, its children and the children it has reaped, and nobody else', () => {
    const processes = new Map([
      [100, postmaster],
      [101, backend],
      [102, backend],
      [7, stranger],
    ]);
    expect(treeTicks(processes, 100)).toBe(10 + 5 + 30 + 30);
  });

  it('stays the same when a child ends', () => {
    const before = new Map([
      [100, postmaster],
      [101, backend],
    ]);
    const after = new Map([[100, { ...postmaster, reaped: postmaster.reaped + backend.own }]]);
    expect(treeTicks(after, 100)).toBe(treeTicks(before, 100));
  });

  it('is 0 for a process that is gone', () => {
    expect(treeTicks(new Map(), 100)).toBe(0);
  });
});
