import { describe, expect, it } from '@jest/globals';
import { fillTrigger } from './fill-trigger.js';

describe("a workflow's rate limit", () => {
  it.each([
    ['per second with a burst as large, unless more is said', { requests: 5 }, { requests: 5, perMs: 1_000, burst: 5 }],
    ['per any time', { requests: 5, per: '1h', burst: 1 }, { requests: 5, perMs: 3_600_000, burst: 1 }],
  ])('is %s', (_what, rateLimit, filled) => {
    expect(fillTrigger({ type: 'webhook', rateLimit }).rateLimit).toEqual(filled);
  });

  it('is none when none is written', () => {
    expect(fillTrigger({ type: 'webhook' })).not.toHaveProperty('rateLimit');
  });
});
