import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketRequest, SharedBuckets } from '../contract.js';

/** One token in 31 years: nothing flows in while a test runs. */
const STILL = 1e-9;

/** What every implementation of shared buckets does. @param create one that shares with every other of this harness */
export function describeSharedBuckets(name: string, create: () => SharedBuckets): void {
  describe(`the shared buckets of ${name}`, () => {
    const open: SharedBuckets[] = [];
    const made = (): SharedBuckets => {
      const buckets = create();
      open.push(buckets);
      return buckets;
    };
    const request = (want: number, overrides: Partial<BucketRequest> = {}): BucketRequest => ({
      bucket: 'one',
      rate: STILL,
      burst: 10,
      want,
      ...overrides,
    });
    const grants = async (buckets: SharedBuckets, ...requests: BucketRequest[]) =>
      (await buckets.take(requests)).map(({ granted }) => granted);

    afterEach(async () => {
      await Promise.all(open.splice(0).map((buckets) => buckets.close()));
    });

    it('grant what is there, and what is left when more is wanted', async () => {
      const buckets = made();
      const bucket = randomUUID();
      const answers = [];
      for (const want of [4, 0, 4, 4, 1]) answers.push((await buckets.take([request(want, { bucket })]))[0]!);
      expect(answers.map(({ granted }) => granted)).toEqual([4, 0, 4, 2, 0]);
      for (const [at, left] of [6, 6, 2, 0, 0].entries()) expect(answers[at]!.left).toBeCloseTo(left, 3);
    });

    it('are shared by everybody, bucket by bucket', async () => {
      const [first, second] = [made(), made()];
      const [bucket, other] = [randomUUID(), randomUUID()];
      expect(await grants(first, request(7, { bucket }), request(1, { bucket: other }))).toEqual([7, 1]);
      expect(await grants(second, request(7, { bucket }), request(10, { bucket: other }))).toEqual([3, 9]);
    });

    it('answer in the order of the requests, doubled buckets one after the other, and nothing for nothing', async () => {
      const buckets = made();
      const [bucket, other] = [randomUUID(), randomUUID()];
      const requests = [request(6, { bucket }), request(2, { bucket: other }), request(6, { bucket })];
      expect(await grants(buckets, ...requests)).toEqual([6, 2, 4]);
      expect(await buckets.take([])).toEqual([]);
    });

    it('fill at their rate, in fractions, and never above the burst', async () => {
      const buckets = made();
      const bucket = randomUUID();
      const limit = { bucket, rate: 1_000, burst: 5 };
      expect(await grants(buckets, request(5, limit))).toEqual([5]);
      const { left } = (await buckets.take([request(0, { bucket, rate: 0.001, burst: 5 })]))[0]!;
      expect(left % 1).toBeGreaterThan(0);
      await sleep(20);
      expect(await grants(buckets, request(100, limit))).toEqual([5]);
    });

    it('go by a limit that was changed at once, up or down', async () => {
      const buckets = made();
      const bucket = randomUUID();
      expect(await grants(buckets, request(10, { bucket, burst: 10 }))).toEqual([10]);
      await buckets.take([request(0, { bucket, rate: 1e6, burst: 1_000 })]);
      await sleep(5);
      expect(await grants(buckets, request(1_000, { bucket, rate: 1e6, burst: 1_000 }))).toEqual([1_000]);
      const fresh = randomUUID();
      expect(await grants(buckets, request(0, { bucket: fresh, burst: 1_000 }))).toEqual([0]);
      expect(await grants(buckets, request(50, { bucket: fresh, burst: 2 }))).toEqual([2]);
    });

    it('grant a crowd exactly what there is', async () => {
      const all = [made(), made(), made(), made()];
      const bucket = randomUUID();
      const takes = Array.from({ length: 400 }, (_, at) => grants(all[at % 4]!, request(1, { bucket, burst: 123 })));
      const granted = (await Promise.all(takes)).flat().reduce((sum, one) => sum + one, 0);
      expect(granted).toBe(123);
    });

    it.each([
      ['empty', ''],
      ['huge', 'x'.repeat(100_000)],
      ['in braces', 'a{b}c'],
      ['in other scripts', 'ключ\u{1f40c}\ud800\0\r\n'],
      ['of a prototype', '__proto__'],
      ['like a pattern', '*?[a-z]'],
    ])('keep a name that is %s apart from its neighbours', async (_what, name) => {
      const buckets = made();
      const salt = randomUUID();
      const [bucket, neighbour] = [name + salt, `${name}${salt}.`];
      expect(await grants(buckets, request(10, { bucket }), request(3, { bucket: neighbour }))).toEqual([10, 3]);
      expect(await grants(buckets, request(10, { bucket }), request(10, { bucket: neighbour }))).toEqual([0, 7]);
    });

    it('hold 250 buckets in one call', async () => {
      const salt = randomUUID();
      const requests = Array.from({ length: 250 }, (_, at) => request(at % 12, { bucket: `${salt}-${at}` }));
      expect(await grants(made(), ...requests)).toEqual(requests.map(({ want }) => Math.min(want, 10)));
    });
  });
}
