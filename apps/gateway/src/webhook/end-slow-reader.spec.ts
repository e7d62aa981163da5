import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { endSlowReader } from './end-slow-reader.js';

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** @returns whether the whole answer went out, once the response is over */
async function answer(body: string, milliseconds: number, reads: boolean): Promise<boolean> {
  let settle: (isWhole: boolean) => void;
  const isWhole = new Promise<boolean>((resolve) => (settle = resolve));
  server = createServer((_request, response) => {
    response.once('close', () => settle(response.writableFinished));
    response.end(body);
    endSlowReader(response, milliseconds);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  if (reads) socket.resume();
  socket.write('GET / HTTP/1.1\r\nhost: h\r\n\r\n');
  try {
    return await isWhole;
  } finally {
    socket.destroy();
  }
}

const LARGE = 'x'.repeat(64 * 1024 ** 2);

it('ends the connection of a client that does not read its answer', async () => {
  expect(await answer(LARGE, 100, false)).toBe(false);
});

it('leaves a client alone that reads, and one whose answer went out at once', async () => {
  expect(await answer(LARGE, 60_000, true)).toBe(true);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await answer('ok', 0, true)).toBe(true);
});
