import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredReplyState } from '#storage';
import { AwaitedRuns } from './awaited-runs.js';

const suspended: StoredReplyState = { status: 'started', reply: null, suspended: true };
const resolved: StoredReplyState = { status: 'resolved', reply: null, suspended: false };

describe('AwaitedRuns', () => {
  let states: StoredReplyState[];
  let looks: number;
  let runs: AwaitedRuns;

  beforeEach(() => {
    looks = 0;
    states = [{ ...suspended, suspended: false }, suspended, suspended, resolved];
    const findReply = async () => states[Math.min(looks++, states.length - 1)]!;
    const replies = { instance: 'admin-1', listen: () => () => undefined };
    const producer = { enqueue: async () => undefined };
    const options = { pollMs: 1, signal: new AbortController().signal };
    runs = new AwaitedRuns({ findReply }, producer, replies, { warn: () => undefined }, options);
  });

  it('waits for the end where only that is an answer, over the subflows that the execution waits for', async () => {
    await runs.run('id', 5_000, 'ended', async () => undefined);
    expect(looks).toBe(4);
  });

  it('is content with a wait where that may be answered', async () => {
    await runs.run('id', 5_000, 'suspended', async () => undefined);
    expect(looks).toBe(2);
  });

  it('gives up after the longest wait', async () => {
    states = [suspended];
    await runs.run('id', 20, 'ended', async () => undefined);
    expect(looks).toBeGreaterThan(1);
  });
});
