import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { HttpRequest } from '#engine';
import { createHttpClient } from './http-client.js';
import type { HttpClientOptions } from './http-client.js';
import { startRecordingServer } from './testing/recording-server.js';
import type { RecordingServer } from './testing/recording-server.js';

let server: RecordingServer;
let client: ReturnType<typeof createHttpClient>;

beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());
afterEach(() => client.close());

function open(options: HttpClientOptions = { allowPrivate: ['127.0.0.0/8'] }): void {
  client = createHttpClient(options);
}
function send(url: string, request: Partial<HttpRequest> = {}) {
  const signal = new AbortController().signal;
  return client.send({ url, method: 'GET', headers: {}, body: null, timeoutMs: 2_000, signal, ...request });
}

describe('a call', () => {
  it('sends method, headers and body, and gives status, headers and bytes', async () => {
    open();
    server.answer = (_request, response) =>
      response.writeHead(418, 'Teapot', { 'x-a': ['1', '2'], 'set-cookie': ['a=1', 'b=2'] }).end(Buffer.from([0, 255]));
    const result = await send(`${server.base}/p?q=1`, {
      method: 'post',
      headers: { 'X-Key': 'v', 'content-length': '9' },
      body: 'größe',
    });
    expect(result).toMatchObject({ ok: true, status: 418, statusText: 'Teapot', body: Buffer.from([0, 255]) });
    expect(result).toMatchObject({ headers: { 'x-a': '1, 2', 'set-cookie': 'a=1\nb=2' } });
    expect(server.seen).toMatchObject([
      { method: 'POST', url: '/p?q=1', body: 'größe', headers: { 'x-key': 'v', 'content-length': '7' } },
    ]);
  });

  it.each([
    ['nonsense', {}],
    ['http://', {}],
    ['http://a.example/', { method: 'CONNECT' }],
    ['http://a.example/', { method: 'GET\r\nX: y' }],
    ['http://a.example/', { headers: { 'x-a': '1\r\nx-b: 2' } }],
    ['http://a.example/', { headers: { 'bad name': '1' } }],
  ])('of %j with %j cannot be sent', async (url, request) => {
    open();
    expect(await send(url, request)).toMatchObject({ ok: false, code: 'invalid_url' });
  });

  it('ignores the proxies of the environment', async () => {
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = 'http://127.0.0.1:9';
    open();
    const result = await send(server.base);
    if (before === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = before;
    expect(result).toMatchObject({ ok: true });
  });
});

describe('limits', () => {
  it.each(['declared', 'streamed'])('refuse a body that is too large (%s)', async (kind) => {
    open({ allowPrivate: ['127.0.0.0/8'], limits: { answerBytes: 100_000 } });
    server.answer = (_request, response) => {
      if (kind === 'declared') return response.writeHead(200, { 'content-length': 100_001 }).flushHeaders();
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    };
    expect(await send(server.base)).toMatchObject({ ok: false, code: 'too_large' });
  });

  it('allow a body of exactly the limit', async () => {
    open({ allowPrivate: ['127.0.0.0/8'], limits: { answerBytes: 1_000 } });
    server.answer = (_request, response) => response.end(Buffer.alloc(1_000));
    expect(await send(server.base)).toMatchObject({ ok: true });
  });

  it.each(['before the headers', 'within the body'])('end a server that is slow %s', async (where) => {
    open();
    server.answer = (_request, response) => {
      if (where === 'within the body') response.write('begun');
    };
    expect(await send(server.base, { timeoutMs: 100 })).toMatchObject({ ok: false, code: 'timeout' });
  });

  it('span all redirects', async () => {
    open();
    server.answer = ({ url }, response) => {
      if (url === '/start') response.writeHead(302, { location: '/slow' }).end();
    };
    expect(await send(`${server.base}/start`, { timeoutMs: 100 })).toMatchObject({ code: 'timeout' });
  });
});

describe('a failure', () => {
  it('to connect means that nothing was sent', async () => {
    open();
    expect(await send('http://127.0.0.1:1/', { method: 'POST', body: 'x' })).toMatchObject({
      ok: false,
      code: 'connect',
    });
  });

  it('to resolve the name means that nothing was sent', async () => {
    open({ lookup: () => Promise.reject(new Error('ENOTFOUND nowhere.example')) });
    expect(await send('http://nowhere.example/')).toMatchObject({
      code: 'connect',
      message: expect.stringContaining('ENOTFOUND'),
    });
  });

  it('to resolve the name in time means that nothing was sent', async () => {
    open({ lookup: () => new Promise(() => {}) });
    expect(await send('http://slow.example/', { timeoutMs: 50 })).toMatchObject({ code: 'connect', timedOut: true });
  });

  it('to complete a TLS handshake means that nothing was sent', async () => {
    open();
    expect(await send(server.base.replace('http:', 'https:'))).toMatchObject({ code: 'connect' });
    expect(server.seen).toEqual([]);
  });

  it('to connect after a redirect leaves open what the first receiver did', async () => {
    open();
    server.redirectTo('http://127.0.0.1:1/');
    expect(await send(`${server.base}/start`)).toMatchObject({ code: 'protocol' });
  });

  it('after the request was sent leaves open what the receiver did', async () => {
    open();
    server.answer = (_request, response) => response.destroy();
    expect(await send(server.base, { method: 'POST', body: 'x' })).toMatchObject({ ok: false, code: 'protocol' });
  });

  it('to speak HTTP is told as such', async () => {
    open();
    const odd = createTcpServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-x\r\n'),
    );
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    expect(await send(`http://127.0.0.1:${(odd.address() as AddressInfo).port}/`)).toMatchObject({ code: 'protocol' });
    await new Promise((resolve) => odd.close(resolve));
  });

  it('by abort ends the call at once, before or while it runs', async () => {
    open();
    expect(await send(server.base, { signal: AbortSignal.abort() })).toMatchObject({ code: 'aborted' });
    expect(server.seen).toEqual([]);
    const controller = new AbortController();
    server.answer = () => controller.abort();
    expect(await send(server.base, { signal: controller.signal })).toMatchObject({ code: 'aborted' });
  });
});
