import { describe, expect, it } from '@jest/globals';
import { Batcher } from './batcher.js';

/** Two turns of the event loop: what ends in the first is followed up in the second. */
const turn = async () => {
  for (let round = 0; round < 2; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('Batcher', () => {
  it('lets callers of one tick share a batch and answers each its own result', async () => {
    const batches: number[][] = [];
    const batcher = new Batcher<number, number>({
      run: async (items) => {
        batches.push([...items]);
        return items.map((item) => item * 2);
      },
    });
    expect(await Promise.all([1, 2, 3].map((item) => batcher.add(item)))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('keeps at most two batches under way and gathers what arrives meanwhile', async () => {
    const gates: (() => void)[] = [];
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>({
      run: async (items) => {
        sizes.push(items.length);
        await new Promise<void>((resolve) => gates.push(resolve));
        return items;
      },
    });
    const all = [batcher.add(0)];
    await turn();
    all.push(batcher.add(1));
    await turn();
    for (let item = 2; item < 10; item += 1) all.push(batcher.add(item));
    await turn();
    expect(sizes).toEqual([1, 1]);
    gates[0]!();
    await turn();
    expect(sizes).toEqual([1, 1, 8]);
    gates.forEach((open) => open());
    expect(await Promise.all(all)).toHaveLength(10);
  });

  it('splits a batch that fails on data until the guilty item alone gets its error', async () => {
    const batcher = new Batcher<number, number>({
      run: async (items) => {
        if (items.includes(57)) throw new RangeError('poison');
        return items;
      },
      isItemFault: (error) => error instanceof RangeError,
    });
    const results = await Promise.allSettled(Array.from({ length: 100 }, (_, item) => batcher.add(item)));
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(1);
    expect(results[57]!.status).toBe('rejected');
  });

  it('gives every member the error when it blames no item', async () => {
    const batcher = new Batcher<number, number>({ run: () => Promise.reject(new Error('away')) });
    const results = await Promise.allSettled([batcher.add(1), batcher.add(2)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  });

  it('caps a batch by items and bytes and lets a large item travel alone', async () => {
    const sizes: number[][] = [];
    const batcher = new Batcher<number, number>({
      run: async (items) => {
        sizes.push([...items]);
        return items;
      },
      maxItems: 3,
      maxBytes: 10,
      aloneBytes: 8,
      sizeOf: (item) => item,
      maxInFlight: 100,
    });
    await Promise.all([1, 1, 1, 1, 6, 5, 9, 2].map((item) => batcher.add(item)));
    expect(sizes).toEqual([[1, 1, 1], [1, 6], [5], [9], [2]]);
  });

  it('answers everything taken before close and refuses what comes after', async () => {
    const batcher = new Batcher<number, number>({ run: async (items) => items });
    const taken = batcher.add(1);
    await batcher.close();
    await expect(taken).resolves.toBe(1);
    await expect(batcher.add(2)).rejects.toThrow('closed');
  });
});
