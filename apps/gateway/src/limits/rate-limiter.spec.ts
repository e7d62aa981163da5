import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inMemorySharedBuckets, type BucketHub } from '#queue/testing';
import type { SharedBuckets } from '#queue';
import { setTimeout as sleep } from 'node:timers/promises';
import { creditOf, type RateLimit } from './credit-bucket.js';
import { RateLimiter } from './rate-limiter.js';

interface Line {
  level: string;
  text: string;
}

function world() {
  const clock = { now: 1_000 };
  const hub: BucketHub = new Map();
  const lines: Line[] = [];
  const logger = {
    info: (...words: unknown[]) => void lines.push({ level: 'info', text: String(words.at(-1)) }),
    warn: (...words: unknown[]) => void lines.push({ level: 'warn', text: String(words.at(-1)) }),
  } as unknown as ConstructorParameters<typeof RateLimiter>[0]['logger'];
  const now = () => clock.now;
  const limiterOn = (shared: SharedBuckets | null) => new RateLimiter({ shared, logger, now, patienceMs: 20 });
  const sharing = () => limiterOn(inMemorySharedBuckets(hub, now));
  return { clock, lines, limiterOn, sharing };
}

/** How many of `count` requests are let through at this moment. */
function admitted(limiter: RateLimiter, limit: RateLimit, count: number, name = 'one'): number {
  let passed = 0;
  for (let request = 0; request < count; request++) if (limiter.take(name, limit) === 0) passed += 1;
  return passed;
}

const limits = fc.record({
  rate: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0.001, max: 1, noNaN: true })),
  burst: fc.integer({ min: 1, max: 500 }),
});
/** Milliseconds of silence, then so many requests at once by one of the gateways. */
const crowds = fc.array(
  fc.record({ pause: fc.integer({ min: 0, max: 500 }), count: fc.integer({ min: 1, max: 300 }), who: fc.nat(3) }),
  { minLength: 1, maxLength: 60 },
);

/** Tokens are added up in fractions. */
const ROUNDING = 1e-6;

describe('one gateway', () => {
  it.each([
    ['by itself', false],
    ['in front of a shared bucket', true],
  ])('%s never lets through more than burst + rate * t in any window', async (_where, isShared) => {
    await fc.assert(
      fc.asyncProperty(limits, crowds, async (limit, steps) => {
        const { clock, limiterOn, sharing } = world();
        const limiter = isShared ? sharing() : limiterOn(null);
        const passed: { at: number; count: number }[] = [];
        for (const { pause, count } of steps) {
          clock.now += pause;
          passed.push({ at: clock.now, count: admitted(limiter, limit, count) });
          await limiter.settle();
        }
        for (let from = 0; from < passed.length; from++) {
          let total = 0;
          for (const { at, count } of passed.slice(from)) {
            total += count;
            const most = limit.burst + (limit.rate * (at - passed[from]!.at)) / 1_000;
            expect(total).toBeLessThanOrEqual(most + ROUNDING);
          }
        }
        await limiter.close();
      }),
      { numRuns: 150 },
    );
  });

  it('lets a whole small burst through at once, and not one more', () => {
    const { sharing } = world();
    expect(admitted(sharing(), { rate: 1, burst: 5 }, 50)).toBe(5);
  });

  it('says when to come again, and means it', async () => {
    const { clock, sharing } = world();
    const limiter = sharing();
    const limit = { rate: 0.1, burst: 2 };
    expect(admitted(limiter, limit, 5)).toBe(2);
    await limiter.settle();
    const wait = limiter.take('one', limit);
    expect(wait).toBeCloseTo(10_000);
    clock.now += wait - 1;
    expect(limiter.take('one', limit)).toBeGreaterThan(0);
    clock.now += 2;
    expect(limiter.take('one', limit)).toBe(0);
  });

  it('goes by a limit that was changed at once', () => {
    const { clock, limiterOn } = world();
    const limiter = limiterOn(null);
    expect(admitted(limiter, { rate: 0.001, burst: 10 }, 20)).toBe(10);
    clock.now += 10;
    expect(admitted(limiter, { rate: 1_000, burst: 100 }, 200)).toBe(10);
    clock.now += 10_000;
    expect(admitted(limiter, { rate: 1_000, burst: 3 }, 200)).toBe(3);
  });

  it('keeps 100,000 buckets and forgets the one that was idle longest', () => {
    const { limiterOn } = world();
    const limiter = limiterOn(null);
    const limit = { rate: 0.001, burst: 1 };
    for (const name of ['idle', 'busy']) expect(admitted(limiter, limit, 2, name)).toBe(1);
    for (let at = 0; at < 99_999; at++) {
      limiter.take(`address:${at}`, limit);
      if (at % 10_000 === 0) expect(limiter.take('busy', limit)).toBeGreaterThan(0);
    }
    expect(limiter.take('busy', limit)).toBeGreaterThan(0);
    expect(limiter.take('idle', limit)).toBe(0);
  });
});

describe('four gateways that share a bucket', () => {
  it('let through at most burst + rate * t, and the credit of each besides', async () => {
    await fc.assert(
      fc.asyncProperty(limits, crowds, async (limit, steps) => {
        const { clock, sharing } = world();
        const limiters = [sharing(), sharing(), sharing(), sharing()];
        const startedAt = clock.now;
        let total = 0;
        for (const { pause, count, who } of steps) {
          clock.now += pause;
          total += admitted(limiters[who]!, limit, count);
          // The others settle later, as their own time comes.
          await limiters[(who + pause) % 4]!.settle();
          const flowedIn = (limit.rate * (clock.now - startedAt)) / 1_000;
          expect(total).toBeLessThanOrEqual(limit.burst + flowedIn + 4 * creditOf(limit) + ROUNDING);
        }
        await Promise.all(limiters.map((limiter) => limiter.close()));
      }),
      { numRuns: 150 },
    );
  });

  it('give away nothing of the rate while the load is steady', async () => {
    const { clock, sharing } = world();
    const limiters = [sharing(), sharing(), sharing(), sharing()];
    const limit = { rate: 200, burst: 20 };
    let total = 0;
    for (let ms = 0; ms < 10_000; ms += 10) {
      clock.now += 10;
      for (const limiter of limiters) {
        total += admitted(limiter, limit, 4);
        await limiter.settle();
      }
    }
    expect(total).toBeGreaterThanOrEqual(2_000);
    expect(total).toBeLessThanOrEqual(2_000 + 20 + 4 * creditOf(limit));
  });

  it('know after one settlement what another one spent', async () => {
    const { sharing } = world();
    const [first, second] = [sharing(), sharing()];
    const limit = { rate: 0.001, burst: 10 };
    expect(admitted(first, limit, 10)).toBe(10);
    await first.settle();
    expect(admitted(second, limit, 1)).toBe(1);
    await second.settle();
    expect(admitted(second, limit, 9)).toBe(0);
  });
});

describe('while the shared buckets are away', () => {
  const limit = { rate: 100, burst: 100 };
  const flaky = (inner: SharedBuckets) => {
    const state = { mode: 'up' as 'up' | 'down' | 'frozen', asked: 0 };
    const shared: SharedBuckets = {
      take: (requests) => {
        state.asked += 1;
        if (state.mode === 'down') return Promise.reject(new Error('away'));
        return state.mode === 'frozen' ? new Promise(() => undefined) : inner.take(requests);
      },
      close: () => inner.close(),
    };
    return { state, shared };
  };

  it('each gateway counts for itself at the full rate, says so once, and goes back when they answer', async () => {
    const { clock, lines, limiterOn } = world();
    const { state, shared } = flaky(inMemorySharedBuckets(new Map(), () => clock.now));
    const limiter = limiterOn(shared);
    state.mode = 'down';
    limiter.take('one', limit);
    await limiter.settle();
    expect(admitted(limiter, limit, 200)).toBe(99);
    for (let second = 0; second < 5; second++) {
      clock.now += 1_000;
      expect(admitted(limiter, limit, 200)).toBe(100);
      await limiter.settle();
    }
    expect(lines).toEqual([{ level: 'warn', text: 'rate_limits_local' }]);
    expect(state.asked).toBe(6);
    state.mode = 'up';
    clock.now += 1_000;
    limiter.take('one', limit);
    await limiter.settle();
    expect(lines.at(-1)).toEqual({ level: 'info', text: 'rate_limits_shared_again' });
    await limiter.close();
  });

  it("an answer that does not come ends nobody's credit", async () => {
    const { clock, limiterOn } = world();
    const { state, shared } = flaky(inMemorySharedBuckets(new Map(), () => clock.now));
    const limiter = limiterOn(shared);
    state.mode = 'frozen';
    const credit = creditOf(limit);
    expect(admitted(limiter, limit, 200)).toBe(credit);
    void limiter.settle();
    let more = 0;
    for (const deadline = performance.now() + 5_000; more === 0 && performance.now() < deadline; await sleep(5)) {
      more = admitted(limiter, limit, 200);
    }
    expect(more).toBe(100 - credit);
  });
});
