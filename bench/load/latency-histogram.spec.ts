import { describe, expect, it } from '@jest/globals';
import { createLatencyHistogram } from './latency-histogram.js';

function histogramOf(milliseconds: readonly number[]) {
  const histogram = createLatencyHistogram();
  for (const value of milliseconds) histogram.record(value);
  return histogram;
}

describe('the latency histogram', () => {
  it('says 0 while nothing was recorded', () => {
    expect(createLatencyHistogram().percentile(99)).toBe(0);
  });

  it('keeps latencies below 128 us exactly', () => {
    const histogram = histogramOf([0.001, 0.002, 0.127]);
    expect([0, 50, 100].map((percent) => histogram.percentile(percent))).toEqual([0.001, 0.002, 0.127]);
  });

  it('is never below the true percentile and at most 0.8 % above it', () => {
    const values = Array.from({ length: 4000 }, (_, n) => 0.05 * 1.0035 ** n);
    const histogram = histogramOf(values);
    const ranks: [percent: number, rank: number][] = [
      [1, 40],
      [50, 2000],
      [99, 3960],
      [99.9, 3996],
      [100, 4000],
    ];
    for (const [percent, rank] of ranks) {
      const exact = values[rank - 1]!;
      expect(histogram.percentile(percent)).toBeGreaterThanOrEqual(exact - 0.0005);
      expect(histogram.percentile(percent)).toBeLessThanOrEqual(exact * 1.008 + 0.001);
    }
  });

  it('never says more than the longest latency it saw', () => {
    expect(histogramOf([1, 1000.5]).percentile(100)).toBe(1000.5);
  });

  it('finds the one slow answer among a thousand only above the 99.9th percentile', () => {
    const histogram = histogramOf([...Array.from({ length: 999 }, () => 2), 500]);
    expect(histogram.percentile(99.9)).toBeLessThan(2.1);
    expect(histogram.percentile(99.95)).toBe(500);
  });

  it('counts what is longer than it can hold as the longest it can hold', () => {
    const histogram = histogramOf([1e9]);
    expect(histogram.count).toBe(1);
    expect(histogram.percentile(50)).toBe((2 ** 31 - 1) / 1000);
  });
});
