import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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

describe('the guard', () => {
  it.each(['', '.nip.io'])('sends nothing to loopback by default (127.0.0.1%s)', async (suffix) => {
    open({ lookup: async () => [{ address: '127.0.0.1', family: 4 }] });
    expect(await send(server.base.replace('127.0.0.1', `127.0.0.1${suffix}`))).toMatchObject({
      ok: false,
      code: 'blocked',
    });
    expect(server.seen).toEqual([]);
  });

  it('connects to the address it has checked, so that a rebinding name gains nothing', async () => {
    const answers = ['127.0.0.1', '127.0.0.2', '10.0.0.1'];
    let asked = 0;
    open({
      allowPrivate: ['127.0.0.1/32'],
      lookup: async () => [{ address: answers[Math.min(asked++, 2)]!, family: 4 }],
    });
    expect(await send(server.base.replace('127.0.0.1', 'rebind.example'))).toMatchObject({ ok: true });
    expect(asked).toBe(1);
    expect(server.seen[0]?.headers.host).toMatch(/^rebind\.example:/);
  });

  it('checks a name again for each new connection', async () => {
    const answers = ['127.0.0.1', '169.254.169.254'];
    open({ allowPrivate: ['127.0.0.0/8'], lookup: async () => [{ address: answers.shift()!, family: 4 }] });
    server.answer = (_request, response) => response.writeHead(200, { connection: 'close' }).end();
    const url = server.base.replace('127.0.0.1', 'rebind.example');
    expect(await send(url)).toMatchObject({ ok: true });
    expect(await send(url)).toMatchObject({ code: 'blocked' });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    'http://169.254.169.254/latest/',
    'http://[::ffff:a9fe:a9fe]/',
    'file:///etc/passwd',
    'http://u:p@127.0.0.1/',
    'http://metadata.google.internal/',
  ])('refuses a redirect to %s', async (location) => {
    open();
    server.redirectTo(location);
    expect(await send(`${server.base}/start`)).toMatchObject({ ok: false, code: 'blocked' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('redirects', () => {
  it('turn a POST into a GET without its body', async () => {
    open();
    server.redirectTo('/next');
    const result = await send(`${server.base}/start`, {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'text/plain', authorization: 'a' },
    });
    expect(result).toMatchObject({ ok: true, body: Buffer.from('arrived') });
    expect(server.seen[1]).toMatchObject({ method: 'GET', url: '/next', body: '', headers: { authorization: 'a' } });
    expect(server.seen[1]?.headers['content-type']).toBeUndefined();
  });

  it('carry no credentials to another origin', async () => {
    open({ allowPrivate: ['127.0.0.0/8'], lookup: async () => [{ address: '127.0.0.1', family: 4 }] });
    server.redirectTo(`${server.base.replace('127.0.0.1', 'other.example')}/next`, 307);
    await send(`${server.base}/start`, {
      method: 'POST',
      body: 'x',
      headers: { authorization: 'a', cookie: 'c', 'x-a': '1' },
    });
    expect(server.seen[1]).toMatchObject({ method: 'POST', body: 'x', headers: { 'x-a': '1' } });
    expect([server.seen[1]?.headers.authorization, server.seen[1]?.headers.cookie]).toEqual([undefined, undefined]);
  });

  it('end after three', async () => {
    open();
    server.answer = ({ url }, response) => response.writeHead(302, { location: `${url}1` }).end();
    expect(await send(`${server.base}/`)).toMatchObject({ code: 'too_many_redirects' });
    expect(server.seen).toHaveLength(4);
  });

  it('without a usable place to go are told apart', async () => {
    open();
    server.answer = (_request, response) => response.writeHead(302).end('here');
    expect(await send(server.base)).toMatchObject({ ok: true, status: 302, body: Buffer.from('here') });
    server.redirectTo('http://[');
    expect(await send(`${server.base}/start`)).toMatchObject({ code: 'protocol' });
  });
});
