import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpRequest, HttpResult } from '#engine';
import { createHttpClient } from './http-client.js';
import { startRecordingServer } from './testing/recording-server.js';
import type { RecordingServer } from './testing/recording-server.js';

/** The one address the client may reach; what the redirects lead to is as forbidden as ever. */
const ALLOWED = '127.0.0.2';
const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

let server: RecordingServer;
let forbidden: RecordingServer;
const names: Record<string, string> = {
  'first.example': ALLOWED,
  'other.example': ALLOWED,
  'inside.example': '127.0.0.1',
};
const client = createHttpClient({
  allowPrivate: [`${ALLOWED}/32`],
  lookup: async (name) => [{ address: names[name] ?? '10.0.0.1', family: 4 }],
  limits: { answerBytes: 10_000 },
});

beforeAll(async () => {
  server = await startRecordingServer({ host: ALLOWED });
  forbidden = await startRecordingServer();
});
afterAll(async () => {
  await Promise.all([client.close(), server.close(), forbidden.close()]);
});
beforeEach(() => {
  server.reset();
  forbidden.reset();
});
afterEach(() => {
  for (const name of [...PROXIES, 'NODE_USE_ENV_PROXY']) delete process.env[name];
});

function send(url: string, request: Partial<HttpRequest> = {}): Promise<HttpResult> {
  const signal = new AbortController().signal;
  return client.send({ url, method: 'POST', headers: {}, body: 'secret', timeoutMs: 2_000, signal, ...request });
}
const at = (name: string, path: string): string => `http://${name}:${new URL(server.base).port}${path}`;

describe.each([301, 302, 303, 307, 308])('a redirect with %i', (status) => {
  it.each([
    ['loopback', () => `${forbidden.base}/`],
    ['loopback by name', () => `http://inside.example:${new URL(forbidden.base).port}/`],
    ['loopback in decimal', () => `http://2130706433:${new URL(forbidden.base).port}/`],
    ['loopback without a scheme', () => `//127.0.0.1:${new URL(forbidden.base).port}/`],
    ['a private network', () => 'http://10.0.0.1/'],
    ['a metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a metadata service in IPv6', () => 'http://[::ffff:a9fe:a9fe]/'],
    ['a metadata name', () => 'http://metadata.google.internal/'],
    ['a file', () => 'file:///etc/passwd'],
    ['gopher', () => 'gopher://127.0.0.1:6379/_INFO'],
    ['data', () => 'data:text/plain,x'],
    ['an address with credentials', () => at('x:y@other.example', '/')],
  ])('T46: does not lead to %s', async (_name, location) => {
    server.redirectTo(location(), status);
    expect(await send(`${server.base}/start`)).toMatchObject({ ok: false, code: 'blocked' });
    expect([server.seen.length, forbidden.seen.length]).toEqual([1, 0]);
  });

  it('T46: carries no credentials to another origin', async () => {
    server.redirectTo(at('other.example', '/next'), status);
    const secrets = {
      authorization: 'Bearer x',
      cookie: 'a=b',
      'proxy-authorization': 'Basic x',
      'x-api-key': 'k',
      'private-token': 't',
    };
    const result = await send(at('first.example', '/start'), { headers: { ...secrets, 'x-plain': 'p' } });
    expect(result).toMatchObject({ ok: true });
    expect(server.seen[0]?.headers).toMatchObject(secrets);
    expect(server.seen[1]?.headers['x-plain']).toBe('p');
    expect(Object.keys(server.seen[1]?.headers ?? {}).filter((name) => name in secrets)).toEqual([]);
  });
});

describe('a chain of redirects', () => {
  it('T46: ends after three, wherever it would lead', async () => {
    server.answer = ({ url }, response) => {
      const hop = Number(url.slice(1));
      response.writeHead(307, { location: hop < 3 ? `/${hop + 1}` : `${forbidden.base}/` }).end();
    };
    expect(await send(`${server.base}/0`)).toMatchObject({ ok: false, code: 'too_many_redirects' });
    expect([server.seen.length, forbidden.seen.length]).toEqual([4, 0]);
  });

  it('T46: is checked at its last hop too', async () => {
    server.answer = ({ url }, response) => {
      const hop = Number(url.slice(1));
      response.writeHead(307, { location: hop < 2 ? `/${hop + 1}` : `${forbidden.base}/` }).end();
    };
    expect(await send(`${server.base}/0`)).toMatchObject({ ok: false, code: 'blocked' });
    expect([server.seen.length, forbidden.seen.length]).toEqual([3, 0]);
  });
});

describe('around the guard', () => {
  it.each(PROXIES)('T46: no proxy of the environment is used (%s)', async (name) => {
    process.env[name] = forbidden.base;
    process.env.NODE_USE_ENV_PROXY = '1';
    const fresh = createHttpClient({ allowPrivate: [`${ALLOWED}/32`] });
    const call = { method: 'GET', headers: {}, body: null, timeoutMs: 2_000, signal: new AbortController().signal };
    const result = await fresh.send({ url: server.base, ...call });
    await fresh.close();
    expect(result).toMatchObject({ ok: true });
    expect([server.seen.length, forbidden.seen.length]).toEqual([1, 0]);
  });

  it('T46: an answer is cut off at its cap, however it is framed and whatever it claims', async () => {
    for (const headers of [{}, { 'content-length': '10001' }, { 'content-encoding': 'gzip' }]) {
      server.answer = (_request, response) => response.writeHead(200, headers).end(Buffer.alloc(10_001));
      expect(await send(server.base)).toMatchObject({ ok: false, code: 'too_large' });
    }
  });

  it('T46: a body that drips does not hold the call beyond its time', async () => {
    server.answer = (_request, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    };
    const startedAt = performance.now();
    expect(await send(server.base, { timeoutMs: 150 })).toMatchObject({ ok: false, code: 'timeout' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('T46: headers without end do not hold it either', async () => {
    server.answer = (_request, response) =>
      response.socket?.write(`HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(100_000)}`) as unknown as void;
    expect(await send(server.base, { timeoutMs: 1_000 })).toMatchObject({ ok: false, code: 'protocol' });
  });
});
