import type { RequestLoop, SendRequest } from './request-loop.js';

/** Each connection sends its next request when the last one was answered, until the time is up. */
export function createClosedLoop(
  connections: number,
  send: SendRequest,
  clock: { now: () => number; endsAt: number },
): RequestLoop {
  let sent = 0;
  let underWay = 0;
  let over = false;
  const next = (connection: number) => {
    const now = clock.now();
    over ||= now >= clock.endsAt;
    if (over) return;
    underWay++;
    send(connection, sent++, now);
  };
  return {
    begin() {
      for (let connection = 0; connection < connections; connection++) next(connection);
    },
    freed(connection) {
      underWay--;
      next(connection);
    },
    waiting: () => underWay,
    ended: () => over && underWay === 0,
  };
}
