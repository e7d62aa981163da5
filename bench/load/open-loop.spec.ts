import { describe, expect, it } from '@jest/globals';
import { createDueRequests } from './due-requests.js';
import { createOpenLoop } from './open-loop.js';

/** One request each 10 ms, and a clock that is moved by hand. */
function loopOf(connections: number, requests: number) {
  const sent: [connection: number, n: number, startedAt: number][] = [];
  let wake: { time: number; callback: () => void } | null = null;
  let now = 0;
  const clock = { now: () => now, at: (time: number, callback: () => void) => void (wake = { time, callback }) };
  const due = createDueRequests(100, requests / 100, 0);
  const loop = createOpenLoop(due, connections, (...request) => sent.push(request), clock);
  const moveTo = (time: number) => {
    now = time;
    const { callback } = wake!;
    wake = null;
    callback();
  };
  return { loop, sent, moveTo, wakesAt: () => wake?.time ?? null };
}

describe('an open loop', () => {
  it('sends a request when it is due, whether or not the last one was answered', () => {
    const { loop, sent, moveTo, wakesAt } = loopOf(2, 2);
    loop.begin();
    expect(wakesAt()).toBe(10);
    moveTo(10);
    expect(sent.map(([, n, startedAt]) => [n, startedAt])).toEqual([
      [0, 0],
      [1, 10],
    ]);
  });

  it('counts the latency from when a request was due, also when it had to wait for a connection', () => {
    const { loop, sent, moveTo } = loopOf(1, 3);
    loop.begin();
    moveTo(20);
    expect(sent).toEqual([[0, 0, 0]]);
    loop.freed(0);
    loop.freed(0);
    expect(sent.slice(1)).toEqual([
      [0, 1, 10],
      [0, 2, 20],
    ]);
  });

  it('sends at once all that became due while the timer was late', () => {
    const { loop, sent, moveTo } = loopOf(5, 5);
    loop.begin();
    moveTo(40);
    expect(sent.map(([, , startedAt]) => startedAt)).toEqual([0, 10, 20, 30, 40]);
  });

  it('ends when every request was sent and answered', () => {
    const { loop, moveTo, wakesAt } = loopOf(1, 2);
    loop.begin();
    loop.freed(0);
    expect(loop.ended()).toBe(false);
    moveTo(10);
    expect([loop.ended(), loop.waiting()]).toEqual([false, 1]);
    loop.freed(0);
    expect([loop.ended(), loop.waiting(), wakesAt()]).toEqual([true, 0, null]);
  });
});
