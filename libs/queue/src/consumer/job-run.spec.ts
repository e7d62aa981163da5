import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { JobMember } from '../contract.js';
import { ExecutionSlots } from './execution-slots.js';
import { HAND_ON_AFTER_MS, JobRun, type JobEnd } from './job-run.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

interface Running {
  claimed(): void;
  succeed(): void;
  fail(error: Error): void;
}

function jobOf(ids: readonly string[], slots: ExecutionSlots) {
  const running = new Map<string, Running>();
  const handedOn: [string, number][] = [];
  const errors: string[] = [];
  const seen = { end: null as JobEnd | null, isQueueAway: false };
  const members: JobMember[] = ids.map((executionId) => ({ executionId, attempt: 0 }));
  const run = new JobRun(members, { redelivered: false, lastTry: false }, slots, {
    handle: ({ executionId }, _, claimed) =>
      new Promise((succeed, fail) => running.set(executionId, { claimed, succeed, fail })),
    handOn: async ({ executionId }, delayMs) => {
      handedOn.push([executionId, delayMs]);
      if (seen.isQueueAway) throw new Error('away');
    },
    onQueueError: (error) => void errors.push(error.message),
  });
  void run.end.then((end) => (seen.end = end));
  return { run, running, handedOn, errors, seen };
}

describe('the run of a job', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
  afterEach(() => void jest.useRealTimers());

  const slotsOf = (total: number): ExecutionSlots => new ExecutionSlots(total, () => undefined);

  it('is done when every member ended or was claimed, and frees a slot only when a member ended', async () => {
    const slots = slotsOf(3);
    const { running, seen } = jobOf(['a', 'b'], slots);
    running.get('a')!.succeed();
    await turn();
    expect(seen.end).toBeNull();
    running.get('b')!.claimed();
    await turn();
    expect(seen.end).toEqual({ kind: 'done' });
    expect(slots.running).toBe(1);
    running.get('b')!.succeed();
    await turn();
    expect(slots.running).toBe(0);
  });

  it('fails as a whole when its only member fails', async () => {
    const { running, seen, handedOn } = jobOf(['a'], slotsOf(1));
    const error = new Error('not today');
    running.get('a')!.fail(error);
    await turn();
    expect(seen.end).toEqual({ kind: 'failed', error });
    expect(handedOn).toEqual([]);
  });

  it('hands a failing member of several on with a pause, and is done without it', async () => {
    const { running, seen, handedOn } = jobOf(['a', 'b'], slotsOf(2));
    running.get('a')!.fail(new Error('not today'));
    running.get('b')!.succeed();
    await turn();
    expect(handedOn).toEqual([['a', 500]]);
    expect(seen.end).toEqual({ kind: 'done' });
  });

  it('is done without a member that could not be handed on, and reports it', async () => {
    const { running, seen, errors } = jobOf(['a', 'b'], slotsOf(2));
    seen.isQueueAway = true;
    running.get('a')!.fail(new Error('not today'));
    running.get('b')!.succeed();
    await turn();
    expect(errors).toEqual(['away']);
    expect(seen.end).toEqual({ kind: 'done' });
  });

  it('only reports a failure after the claim, and counts the member once', async () => {
    const { running, seen, errors, handedOn } = jobOf(['a', 'b'], slotsOf(2));
    running.get('a')!.claimed();
    running.get('a')!.claimed();
    running.get('a')!.fail(new Error('too late'));
    await turn();
    expect({ errors, handedOn, end: seen.end }).toEqual({ errors: ['too late'], handedOn: [], end: null });
  });

  it('hands on members that found no slot in time, and never runs them', async () => {
    const slots = slotsOf(1);
    const { running, seen, handedOn } = jobOf(['a', 'b', 'c'], slots);
    jest.advanceTimersByTime(HAND_ON_AFTER_MS - 1);
    expect(handedOn).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(handedOn).toEqual([
      ['b', 0],
      ['c', 0],
    ]);
    running.get('a')!.succeed();
    await turn();
    expect([...running.keys()]).toEqual(['a']);
    expect(seen.end).toEqual({ kind: 'done' });
    expect(slots.running).toBe(0);
  });

  it('goes back as a whole when its only member found no slot in time', async () => {
    const slots = slotsOf(1);
    jobOf(['occupant'], slots);
    const { seen, handedOn } = jobOf(['a'], slots);
    jest.advanceTimersByTime(HAND_ON_AFTER_MS);
    await turn();
    expect(seen.end).toEqual({ kind: 'back' });
    expect(handedOn).toEqual([]);
  });

  it('leaves no timer behind when its members ended', async () => {
    const { running } = jobOf(['a', 'b'], slotsOf(1));
    running.get('a')!.succeed();
    await turn();
    running.get('b')!.succeed();
    await turn();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('starts and hands on nothing that waits once it is abandoned', async () => {
    const { run, running, handedOn, seen } = jobOf(['a', 'b'], slotsOf(1));
    run.abandon();
    running.get('a')!.succeed();
    jest.advanceTimersByTime(HAND_ON_AFTER_MS);
    await turn();
    expect([...running.keys()]).toEqual(['a']);
    expect({ handedOn, end: seen.end }).toEqual({ handedOn: [], end: null });
  });
});
