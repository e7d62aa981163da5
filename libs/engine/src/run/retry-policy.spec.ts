import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_RETRY_DELAY_MS, parseRetryAfter, retryDelay } from './retry-policy.js';

const now = new Date('2026-01-02T00:00:00Z');

describe('retryDelay', () => {
  it('counts all tries', () => {
    expect(retryDelay({ attempts: 1, backoff: 10 }, 1, null, () => 0)).toBeNull();
    expect(retryDelay({ attempts: 3, backoff: 10 }, 2, null, () => 0)).not.toBeNull();
    expect(retryDelay({ attempts: 3, backoff: 10 }, 3, null, () => 0)).toBeNull();
  });

  it('doubles the backoff with jitter between half and all of it', () => {
    const policy = { attempts: 10, backoff: 100 };
    expect([1, 2, 3].map((tried) => retryDelay(policy, tried, null, () => 0))).toEqual([50, 100, 200]);
    expect([1, 2, 3].map((tried) => retryDelay(policy, tried, null, () => 0.999999))).toEqual([100, 200, 400]);
  });

  it('waits at least as long as the receiver asked for', () => {
    expect(retryDelay({ attempts: 3, backoff: 10 }, 1, 3000, () => 0)).toBe(3000);
    expect(retryDelay({ attempts: 3, backoff: 10_000 }, 1, 30, () => 0)).toBe(5000);
  });

  it('gives up when the receiver asks for more patience than a worker has', () => {
    expect(retryDelay({ attempts: 3, backoff: 10 }, 1, MAX_RETRY_DELAY_MS + 1, () => 0)).toBeNull();
  });

  it('never waits longer than the limit', () => {
    const attempts = fc.record({
      tried: fc.integer({ min: 1, max: 19 }),
      backoff: fc.integer({ min: 0, max: 60_000 }),
    });
    fc.assert(
      fc.property(attempts, fc.double({ min: 0, max: 0.999, noNaN: true }), ({ tried, backoff }, random) => {
        const delay = retryDelay({ attempts: 20, backoff }, tried, null, () => random);
        expect(delay).toBeLessThanOrEqual(MAX_RETRY_DELAY_MS);
        expect(delay).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('parseRetryAfter', () => {
  it('reads seconds and dates', () => {
    expect(parseRetryAfter('2', now)).toBe(2000);
    expect(parseRetryAfter('Fri, 02 Jan 2026 00:00:05 GMT', now)).toBe(5000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(0);
  });

  it('ignores what is neither', () => {
    for (const text of [undefined, '', 'soon', '-1', '1.5']) expect(parseRetryAfter(text, now)).toBeNull();
  });
});
