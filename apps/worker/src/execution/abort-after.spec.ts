import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { abortAfter } from './abort-after.js';

const DAY = 24 * 60 * 60 * 1_000;

describe('abortAfter', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('aborts with its reason when the time is over, not before, however long it is', () => {
    const abort = new AbortController();
    abortAfter(abort, 60 * DAY, 'over');
    jest.advanceTimersByTime(60 * DAY - 1);
    expect(abort.signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(abort.signal.reason).toBe('over');
  });

  it('can be called off, also behind the longest timer', () => {
    const abort = new AbortController();
    const callOff = abortAfter(abort, 60 * DAY, 'over');
    jest.advanceTimersByTime(30 * DAY);
    callOff();
    jest.advanceTimersByTime(60 * DAY);
    expect(abort.signal.aborted).toBe(false);
  });

  it.each([0, -5])('aborts at once when no time is left (%s)', (ms) => {
    const abort = new AbortController();
    abortAfter(abort, ms, 'over');
    expect(abort.signal.reason).toBe('over');
  });
});
