import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '#shared';

/** An HTTP call as it arrived. */
export interface ReceivedCall {
  /** The path it was made to. */
  path: string;
  /** Parsed when it is JSON, else as text. */
  body: Json;
}

/** An HTTP server of the demo. */
export interface CallReceiver {
  /** Without a slash at its end. */
  url: string;
  calls: ReceivedCall[];
  close(): Promise<void>;
}

/** An HTTP server on a free port of 127.0.0.1 that keeps the calls it gets and answers `ok`, as Slack does. */
export async function startCallReceiver(): Promise<CallReceiver> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({ path: request.url ?? '', body: asJson(Buffer.concat(chunks).toString()) });
      response.end('ok');
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function asJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
