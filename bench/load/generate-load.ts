import { createClosedLoop } from './closed-loop.js';
import { deliveryOf } from './delivery-of.js';
import { createDueRequests } from './due-requests.js';
import type { LoadOrder, LoadResult } from './load-order.js';
import { createLoadTally } from './load-tally.js';
import { openConnection } from './open-connection.js';
import type { Connection } from './open-connection.js';
import { createOpenLoop } from './open-loop.js';
import { createRequestBytes } from './request-bytes.js';
import type { RequestLoop, SendRequest } from './request-loop.js';

/** Nobody waits longer for an answer: the longest wait of a sync caller is 120 s, of these scenarios 30 s. */
const SILENT_AFTER_MS = 60_000;

/**
 * Sends requests as ordered, and waits for every answer.
 * @throws Error when nobody listens there
 */
export async function generateLoad(order: LoadOrder): Promise<LoadResult> {
  const sending: { n: number; startedAt: number }[] = [];
  const connections: Connection[] = [];
  let answered: (connection: number, status: number | null) => void = () => undefined;
  for (let index = 0; index < order.connections; index++) {
    const request = createRequestBytes(order.url, order.body, order.headers, order.duplicates);
    connections.push(await openConnection(order.url, request, (status) => answered(index, status)));
  }
  const startAt = performance.now();
  const tally = createLoadTally(order, startAt + order.seconds * 1000);
  const loop = createLoop(order, startAt, (connection, n, startedAt) => {
    sending[connection] = { n, startedAt };
    connections[connection]!.send(order.duplicates ? deliveryOf(n) : n);
  });
  await new Promise<void>((resolve) => {
    setTimeout(resolve, order.seconds * 1000 + SILENT_AFTER_MS).unref();
    answered = (connection, status) => {
      const { n, startedAt } = sending[connection]!;
      tally.answered(n, status, startedAt);
      loop.freed(connection);
      if (loop.ended()) resolve();
    };
    loop.begin();
  });
  for (const connection of connections) connection.close();
  return tally.result(loop.waiting());
}

function createLoop(order: LoadOrder, startAt: number, send: SendRequest): RequestLoop {
  const { connections, seconds, rate } = order;
  const now = () => performance.now();
  if (rate === null) return createClosedLoop(connections, send, { now, endsAt: startAt + seconds * 1000 });
  const at = (time: number, callback: () => void) => void setTimeout(callback, Math.max(0, time - now()));
  return createOpenLoop(createDueRequests(rate, seconds, startAt), connections, send, { now, at });
}
