import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ExecutionSlots } from './execution-slots.js';

describe('the execution slots', () => {
  it('start those in line in the order they came, one for each release', () => {
    const started: string[] = [];
    const slots = new ExecutionSlots(1, () => undefined);
    for (const name of ['a', 'b', 'c']) slots.take(() => started.push(name));
    expect(started).toEqual(['a']);
    slots.release();
    slots.release();
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('pass over who left the line', () => {
    const started: string[] = [];
    const slots = new ExecutionSlots(1, () => undefined);
    slots.take(() => started.push('a'));
    const leave = slots.take(() => started.push('b'));
    slots.take(() => started.push('c'));
    leave!();
    slots.release();
    expect(started).toEqual(['a', 'c']);
  });

  it('tell of a slot only when nobody in line wanted it', () => {
    let freed = 0;
    const slots = new ExecutionSlots(1, () => (freed += 1));
    slots.take(() => undefined);
    slots.take(() => undefined);
    slots.release();
    expect(freed).toBe(0);
    slots.release();
    expect(freed).toBe(1);
  });

  it('are idle when the last execution ended', async () => {
    const slots = new ExecutionSlots(2, () => undefined);
    await slots.whenIdle();
    slots.take(() => undefined);
    let isIdle = false;
    const idle = slots.whenIdle().then(() => (isIdle = true));
    await Promise.resolve();
    expect(isIdle).toBe(false);
    slots.release();
    await idle;
    expect(slots.running).toBe(0);
  });

  it('never have more running than there are, nor somebody waiting beside a free one', () => {
    const steps = fc.array(fc.constantFrom('take', 'release', 'leave'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), steps, (total, plan) => {
        const slots = new ExecutionSlots(total, () => undefined);
        const line: (() => void)[] = [];
        let running = 0;
        for (const step of plan) {
          if (step === 'take') {
            const leave = slots.take(() => (running += 1));
            if (leave) line.push(leave);
          } else if (step === 'leave') {
            line.shift()?.();
          } else if (running > 0) {
            running -= 1;
            slots.release();
            // First come, first started.
            line.shift();
          }
          expect(slots.running).toBe(running);
          expect(running).toBeLessThanOrEqual(total);
          expect(line.length === 0 || running === total).toBe(true);
        }
      }),
    );
  });
});
