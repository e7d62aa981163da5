import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ImpatientBatcher } from './impatient-batcher.js';
import { QueueTimeout } from './within.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a batcher with impatient callers', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
  afterEach(() => void jest.useRealTimers());

  it('answers callers when their batch is done', async () => {
    const batches: number[][] = [];
    const batcher = new ImpatientBatcher<number>({
      patienceMs: 100,
      what: 'A test',
      run: async (items) => void batches.push([...items]),
    });
    await Promise.all([batcher.add(1), batcher.add(2)]);
    expect(batches).toEqual([[1, 2]]);
  });

  it('has one timer for all callers of one turn, and none when they are answered', async () => {
    const batcher = new ImpatientBatcher<number>({ patienceMs: 100, what: 'A test', run: async () => undefined });
    const all = Array.from({ length: 50 }, (_, item) => batcher.add(item));
    expect(jest.getTimerCount()).toBe(1);
    await Promise.all(all);
    await turn();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('refuses every caller in time and leaves them out of later batches', async () => {
    const gates: (() => void)[] = [];
    const batches: number[][] = [];
    const batcher = new ImpatientBatcher<number>({
      patienceMs: 100,
      what: 'A test',
      maxInFlight: 1,
      run: async (items) => {
        batches.push([...items]);
        await new Promise<void>((resolve) => gates.push(resolve));
      },
    });
    const stuck = batcher.add(1);
    while (gates.length < 1) await turn();
    const behind = batcher.add(2);
    const refused = Promise.allSettled([stuck, behind]);
    jest.advanceTimersByTime(100);
    for (const result of await refused) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: new QueueTimeout('A test was given up after 100 ms.'),
      });
    }
    const later = batcher.add(3);
    gates[0]!();
    while (gates.length < 2) await turn();
    gates[1]!();
    await later;
    expect(batches).toEqual([[1], [3]]);
  });

  it('passes the error of a batch on to each of its callers', async () => {
    const batcher = new ImpatientBatcher<number>({
      patienceMs: 100,
      what: 'A test',
      run: () => Promise.reject(new Error('away')),
    });
    const results = await Promise.allSettled([batcher.add(1), batcher.add(2)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  });
});
