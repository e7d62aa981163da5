import { describe, expect, it } from '@jest/globals';
import { medianOf } from './median-of.js';

describe('medianOf', () => {
  it('takes the median of each number by itself, however deep', () => {
    const runs = [
      { name: 'a', rate: 3, latency: { p99: 10 } },
      { name: 'a', rate: 1, latency: { p99: 30 } },
      { name: 'a', rate: 2, latency: { p99: 20 } },
    ];
    expect(medianOf(runs)).toEqual({ name: 'a', rate: 2, latency: { p99: 20 } });
  });

  it('takes the mean of the two in the middle of an even number', () => {
    expect(medianOf([4, 1, 2, 100])).toBe(3);
  });

  it('leaves a single run as it is, lists and null included', () => {
    const run = { faults: ['x'], usages: null, rate: 1.5 };
    expect(medianOf([run])).toEqual(run);
  });
});
