import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SuspectAhead, SuspectTurn } from './suspect-turn.js';

describe('SuspectTurn', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('runs one at a time, in order, also behind one that failed', async () => {
    const turn = new SuspectTurn();
    const seen: string[] = [];
    const run = (name: string, fails: boolean) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const asked = [turn.take(run('a', true)), turn.take(run('b', false)), turn.take(run('c', false))];
    const results = await Promise.allSettled(asked);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results).toEqual([
      { status: 'rejected', reason: new Error('a') },
      { status: 'fulfilled', value: 'b' },
      { status: 'fulfilled', value: 'c' },
    ]);
    expect(await turn.take(run('d', false))).toBe('d');
  });

  it('gives up behind one that goes on and on, without having begun, and lets those behind it in later', async () => {
    const turn = new SuspectTurn();
    let end = (): void => undefined;
    const long = turn.take(() => new Promise<void>((resolve) => (end = resolve)));
    const begun: string[] = [];
    const impatient = turn.take(async () => void begun.push('impatient')).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await impatient).toBeInstanceOf(SuspectAhead);
    const next = turn.take(async () => void begun.push('next'));
    end();
    await Promise.all([long, next]);
    expect(begun).toEqual(['next']);
  });
});
