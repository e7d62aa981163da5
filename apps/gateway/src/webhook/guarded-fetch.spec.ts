import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlockedTarget, createSsrfGuard } from '#shared';
import { SMTP_CERTIFICATE, SMTP_KEY } from '../../../worker/src/testing/smtp-certificate.js';
import { guardedFetch } from './guarded-fetch.js';

const CERTIFICATE = { cert: SMTP_CERTIFICATE, key: SMTP_KEY };

const limits = { bytes: 1_000, timeMs: 2_000 };
let server: Server;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('T16: a fetch of a key', () => {
  const port = () => (server.address() as AddressInfo).port;
  const lookup = async () => [{ address: '127.0.0.1', family: 4 as const }];

  it('connects to nothing that is not public, whatever its name', async () => {
    const fetchUrl = guardedFetch(createSsrfGuard({ lookup }));
    for (const host of ['127.0.0.1', '[::1]', 'keys.example']) {
      await expect(fetchUrl(new URL(`https://${host}:${port()}/`), limits)).rejects.toThrow(BlockedTarget);
    }
    await expect(fetchUrl(new URL('https://metadata.google.internal/'), limits)).rejects.toThrow(BlockedTarget);
    expect(connections).toBe(0);
  });

  it('connects where the operator allowed it', async () => {
    const fetchUrl = guardedFetch(createSsrfGuard({ lookup, allowPrivate: ['127.0.0.0/8'] }));
    await expect(fetchUrl(new URL(`https://keys.example:${port()}/`), limits)).rejects.not.toThrow(BlockedTarget);
    expect(connections).toBe(1);
  });
});

describe('an answer', () => {
  let keys: HttpsServer;
  const lookup = async () => [{ address: '127.0.0.1', family: 4 as const }];
  const guard = createSsrfGuard({ lookup, allowPrivate: ['127.0.0.0/8'] });
  const fetchUrl = guardedFetch(guard, { ca: CERTIFICATE.cert });
  const at = (path: string) => new URL(`https://localhost:${(keys.address() as AddressInfo).port}${path}`);
  const asked: string[] = [];

  beforeAll(async () => {
    keys = createHttpsServer(CERTIFICATE, (request, response) => {
      asked.push(request.url!);
      if (request.url === '/moved') response.writeHead(302, { location: '/key' }).end('x');
      else if (request.url === '/large') response.end('x'.repeat(1_001));
      else if (request.url === '/slow') response.write('x');
      else response.end('key');
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    keys.closeAllConnections();
    return new Promise((resolve) => keys.close(resolve));
  });

  it('is the bytes of a 2xx', async () => {
    expect((await fetchUrl(at('/key'), limits)).toString()).toBe('key');
  });

  it('is not followed elsewhere, not read beyond its cap, not waited for without end', async () => {
    await expect(fetchUrl(at('/moved'), limits)).rejects.toThrow('answered 302');
    await expect(fetchUrl(at('/large'), limits)).rejects.toThrow('more than 1000 bytes');
    await expect(fetchUrl(at('/slow'), { ...limits, timeMs: 100 })).rejects.toThrow();
    expect(asked.filter((path) => path === '/key')).toHaveLength(1);
  });

  it('of somebody without a certificate for that name counts for nothing', async () => {
    await expect(guardedFetch(guard)(at('/key'), limits)).rejects.toThrow(/certificate/);
  });
});
