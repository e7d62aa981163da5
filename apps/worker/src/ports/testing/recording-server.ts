import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A local HTTP server that keeps what it was asked and answers as the test says. */
export interface RecordingServer {
  /** `http://127.0.0.1:<port>`, or the host it was started on. */
  readonly base: string;
  seen: RecordedRequest[];
  answer: (request: RecordedRequest, response: ServerResponse) => void;
  /** `/start` redirects to `location`, everything else answers `arrived`. */
  redirectTo(location: string, status?: number): void;
  /** Forgets what it saw and answers `ok` again. */
  reset(): void;
  close(): Promise<void>;
}

/** On `port` of `host`, a loopback address; any free port when none is given. */
export async function startRecordingServer({ host = '127.0.0.1', port = 0 } = {}): Promise<RecordingServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
      recording.seen.push(entry);
      recording.answer(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const recording: RecordingServer = {
    base: `http://${host}:${(server.address() as AddressInfo).port}`,
    seen: [],
    answer: (_request, response) => response.end('ok'),
    redirectTo(location, status = 302) {
      recording.answer = ({ url }, response) => {
        if (url === '/start') response.writeHead(status, { location }).end();
        else response.end('arrived');
      };
    },
    reset() {
      recording.seen = [];
      recording.answer = (_request, response) => response.end('ok');
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return recording;
}
