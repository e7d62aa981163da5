import { describe, expect, it } from '@jest/globals';
import { createClosedLoop } from './closed-loop.js';

function loopOf(connections: number, endsAt: number) {
  const clock = { time: 0, now: () => clock.time, endsAt };
  const sent: [connection: number, n: number, startedAt: number][] = [];
  const loop = createClosedLoop(connections, (...request) => sent.push(request), clock);
  return { loop, clock, sent };
}

describe('a closed loop', () => {
  it('has one request under way on each connection', () => {
    const { loop, sent } = loopOf(3, 10);
    loop.begin();
    expect(sent).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [2, 2, 0],
    ]);
    expect(loop.waiting()).toBe(3);
  });

  it('sends the next request on the connection that was answered', () => {
    const { loop, clock, sent } = loopOf(2, 10);
    loop.begin();
    clock.time = 5;
    loop.freed(1);
    expect(sent.at(-1)).toEqual([1, 2, 5]);
  });

  it('ends when the time is up and the last answer has come', () => {
    const { loop, clock, sent } = loopOf(2, 10);
    loop.begin();
    clock.time = 10;
    loop.freed(0);
    expect(loop.ended()).toBe(false);
    loop.freed(1);
    expect(loop.ended()).toBe(true);
    expect(sent).toHaveLength(2);
  });
});
