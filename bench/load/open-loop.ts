import type { DueRequests } from './due-requests.js';
import type { RequestLoop, SendRequest } from './request-loop.js';

/** Sends each request when it is due; one that finds no free connection waits, and its latency counts from then on. */
export function createOpenLoop(
  due: DueRequests,
  connections: number,
  send: SendRequest,
  clock: {
    now: () => number;
    /** Calls back at that time or a little later. */
    at: (time: number, callback: () => void) => void;
  },
): RequestLoop {
  const idle = Array.from({ length: connections }, (_, connection) => connection);
  const late: { n: number; dueAt: number }[] = [];
  let underWay = 0;
  const start = (connection: number, { n, dueAt }: { n: number; dueAt: number }) => {
    underWay++;
    send(connection, n, dueAt);
  };
  const advance = () => {
    const now = clock.now();
    let next = due.next();
    for (; next !== null && next <= now; next = due.next()) {
      const request = due.take();
      const connection = idle.pop();
      if (connection === undefined) late.push(request);
      else start(connection, request);
    }
    if (next !== null) clock.at(next, advance);
  };
  return {
    begin: advance,
    freed(connection) {
      underWay--;
      const request = late.shift();
      if (request) start(connection, request);
      else idle.push(connection);
    },
    waiting: () => underWay + late.length,
    ended: () => due.next() === null && underWay === 0 && late.length === 0,
  };
}
