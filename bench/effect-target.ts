import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EffectCalls {
  url: string;
  /** Calls since the last question. */
  calls: number;
}

/** A server that answers 204 to everything and counts; asked, it says where it is and how often it was called. */
export function createEffectTarget(): () => Promise<EffectCalls> {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      calls++;
      response.writeHead(204).end();
    });
  });
  // The worker keeps its connections; one that is closed under a call would make a known failure of it.
  server.keepAliveTimeout = 600_000;
  const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return async () => {
    await listening;
    const counted = calls;
    calls = 0;
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, calls: counted };
  };
}
