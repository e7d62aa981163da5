import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpResult } from '#engine';
import { createHttpClient } from './http-client.js';
import type { HttpClientOptions } from './http-client.js';
import { startTestDns } from '../../../../test/support/start-test-dns.js';
import type { TestDns } from '../../../../test/support/start-test-dns.js';
import { startRecordingServer } from './testing/recording-server.js';
import type { RecordingServer } from './testing/recording-server.js';

/** Public by number and announced by nobody: a connection is tried, and nobody is bothered. */
const PUBLIC = '3ffe::1';
/** Stands for a public address where an answer is needed: the one private address that the client is allowed. */
const CHECKED = '127.0.0.2';
const LOOPBACK = '127.0.0.1';

let dns: TestDns;
let checked: RecordingServer;
let loopback: RecordingServer;
let client: ReturnType<typeof createHttpClient>;

beforeEach(async () => {
  dns = await startTestDns();
  checked = await startRecordingServer({ host: CHECKED });
  loopback = await startRecordingServer({ host: LOOPBACK, port: Number(new URL(checked.base).port) });
});
afterEach(async () => {
  await Promise.all([client.close(), dns.close(), checked.close(), loopback.close()]);
});

function open(options: HttpClientOptions = {}): void {
  client = createHttpClient({ lookup: dns.lookup, allowPrivate: [`${CHECKED}/32`], connectTimeoutMs: 300, ...options });
}

function call(path = '/'): Promise<HttpResult> {
  const url = `http://rebind.example:${new URL(checked.base).port}${path}`;
  const signal = new AbortController().signal;
  return client.send({ url, method: 'GET', headers: {}, body: null, timeoutMs: 1_000, signal });
}

const asked = (): number => dns.asked.filter((question) => question === 'A rebind.example').length;

describe('a name that answers differently the second time', () => {
  it('T46: is connected to at the address that was checked', async () => {
    open();
    dns.answer('rebind.example', [CHECKED], [LOOPBACK]);
    expect(await call()).toMatchObject({ ok: true });
    expect([checked.seen.length, loopback.seen.length, asked()]).toEqual([1, 0, 1]);
  });

  it('T46: is not asked again when the checked address does not answer', async () => {
    open({ allowPrivate: [] });
    dns.answer('rebind.example', [PUBLIC], [LOOPBACK]);
    const result = await call();
    expect(result).toMatchObject({ ok: false, code: 'connect' });
    expect([loopback.seen.length, asked()]).toEqual([0, 1]);
  });

  it('T46: is refused at the next connection', async () => {
    open();
    checked.answer = (_request, response) => response.writeHead(200, { connection: 'close' }).end();
    dns.answer('rebind.example', [CHECKED], [LOOPBACK]);
    expect(await call()).toMatchObject({ ok: true });
    expect(await call()).toMatchObject({ ok: false, code: 'blocked' });
    expect([checked.seen.length, loopback.seen.length, asked()]).toEqual([1, 0, 2]);
  });

  it('T46: is refused when a redirect leads back to it', async () => {
    open();
    checked.answer = (_request, response) => response.writeHead(302, { location: '/again', connection: 'close' }).end();
    dns.answer('rebind.example', [CHECKED], [LOOPBACK]);
    expect(await call()).toMatchObject({ ok: false, code: 'blocked' });
    expect([checked.seen.length, loopback.seen.length]).toEqual([1, 0]);
  });

  it('T46: is refused when it changes its mind within one answer', async () => {
    open();
    dns.answer('rebind.example', [CHECKED, LOOPBACK]);
    expect(await call()).toMatchObject({ ok: false, code: 'blocked' });
    expect([checked.seen.length, loopback.seen.length]).toEqual([0, 0]);
  });

  it('T46: gains nothing from many calls at once', async () => {
    open();
    dns.answer('rebind.example', ...Array.from({ length: 20 }, (_, turn) => [turn % 2 === 0 ? CHECKED : LOOPBACK]));
    checked.answer = (_request, response) => response.writeHead(200, { connection: 'close' }).end();
    const results = await Promise.all(Array.from({ length: 20 }, () => call()));
    expect(results.filter((result) => result.ok).length).toBe(checked.seen.length);
    expect(results.filter((result) => !result.ok && result.code === 'blocked').length).toBe(20 - checked.seen.length);
    expect([checked.seen.length > 0, loopback.seen.length]).toEqual([true, 0]);
  });
});
