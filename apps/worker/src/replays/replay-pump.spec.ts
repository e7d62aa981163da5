import type { ExecutionJob } from '#queue';
import { createLogger } from '#shared';
import type { PumpResult } from '#storage';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { queuedExecution } from '../testing/dispatcher-parts.js';
import { ReplayPump } from './replay-pump.js';

const batch = (numbers: number[], ended = false): PumpResult => ({
  ...{ kind: 'pumped', replayId: 'p', members: numbers.length, ended },
  started: numbers.map((number) => queuedExecution(number, { mode: 'sync' })),
});
const idle = (dueInMs: number | null): PumpResult => ({ kind: 'idle', dueInMs });

/** A pump over these answers of storage, and what it did. */
function pumpOver(answers: (PumpResult | Error)[], { queued = 0, backlogLimit = 10 } = {}) {
  const enqueued: ExecutionJob[] = [];
  const asked: string[] = [];
  const waiting = { queued };
  const logger = createLogger('test', 'silent');
  const warn = jest.spyOn(logger, 'warn');
  const pump = new ReplayPump({
    replays: {
      pump: async () => {
        asked.push('pump');
        const answer = answers.shift() ?? idle(null);
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    dispatch: {
      countQueued: async (limit) => {
        asked.push('count');
        return Math.min(limit, waiting.queued);
      },
    },
    producer: { enqueue: async (job: ExecutionJob) => void enqueued.push(job) },
    decider: { screen: async () => ({ outcome: 'started' }), plan: async () => ({ kind: 'unknown' }) },
    backlogLimit,
    logger,
  });
  return { pump, enqueued, asked, waiting, warn };
}

describe('ReplayPump', () => {
  it('hands over what was committed, behind what senders wait for, and goes on at once', async () => {
    const { pump, enqueued } = pumpOver([batch([1, 2]), batch([], true)]);
    expect([await pump.look(), await pump.look()]).toEqual([0, 0]);
    expect(enqueued).toMatchObject([
      { executionId: '00000001', attempt: 0, urgent: false },
      { executionId: '00000002', urgent: false },
    ]);
  });

  it.each([
    [null, 1_000],
    [40.2, 41],
    [-3, 0],
    [90_000, 1_000],
  ])('looks again when the next batch is due (%j ms), and after a second at the latest', async (dueInMs, next) => {
    expect(await pumpOver([idle(dueInMs)]).pump.look()).toBe(next);
  });

  it('stands still while more executions wait than the limit', async () => {
    const { pump, asked, waiting } = pumpOver([batch([1])], { queued: 11 });
    expect([await pump.look(), await pump.look()]).toEqual([1_000, 1_000]);
    expect(asked).toEqual(['count', 'count']);
    waiting.queued = 10;
    expect(await pump.look()).toBe(0);
    expect(asked).toEqual(['count', 'count', 'count', 'pump']);
  });

  it('counts the backlog once a second, not with every batch', async () => {
    const { pump, asked } = pumpOver([batch([1]), batch([2])]);
    await pump.look();
    await pump.look();
    expect(asked).toEqual(['count', 'pump', 'pump']);
  });

  it('tries again after a fault, and says it once until it is over', async () => {
    const away = new Error('away');
    const { pump, warn } = pumpOver([away, away, idle(null), away]);
    for (let look = 0; look < 4; look += 1) expect(await pump.look()).toBe(1_000);
    expect(warn).toHaveBeenCalledTimes(2);
  });

  describe('over time', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('begins after a second, goes on while there are batches, and stops between two', async () => {
      const { pump, asked } = pumpOver([batch([1]), batch([2]), batch([3])]);
      pump.start();
      await jest.advanceTimersByTimeAsync(999);
      expect(asked).toEqual([]);
      await jest.advanceTimersByTimeAsync(2);
      expect(asked.filter((what) => what === 'pump').length).toBeGreaterThan(1);
      await pump.stop();
      const before = asked.length;
      await jest.advanceTimersByTimeAsync(10_000);
      expect(asked).toHaveLength(before);
    });
  });
});
