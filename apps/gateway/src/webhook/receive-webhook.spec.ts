import { connect } from 'node:net';
import { brotliCompressSync, gzipSync, deflateSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isUuid } from '#shared';
import { RejectedRow, StorageUnavailable } from '#storage';
import { startTestGateway, type SendOptions, type TestGateway } from '../testing/start-test-gateway.js';
import { isReplyToken } from './reply-url.js';

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const json = { 'content-type': 'application/json' };
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({
    proxies: ['127.0.0.1'],
    secrets: { PASSWORD: 's3cret', NEW: 'new', OLD: 'old', TOKEN: 'tok' },
    workflows: {
      open: {},
      get: { trigger: { methods: ['GET'] } },
      region: { trigger: { path: 'orders/:region', methods: ['POST'] } },
      'region-get': { trigger: { path: 'orders/:region', methods: ['GET'] } },
      basic: { trigger: { auth: [{ type: 'basic', username: 'ann', password: '{{$env.PASSWORD}}' }] } },
      gone: { trigger: { auth: [{ type: 'token', header: 'x-token', value: 'Bearer {{$env.GONE}}' }] } },
      token: { trigger: { auth: [{ type: 'token', query: 'key', value: '{{$env.TOKEN}}' }] } },
      https: { trigger: { httpsOnly: true } },
      ip: { trigger: { auth: [{ type: 'ip', allow: ['203.0.113.0/24'] }] } },
      github: {
        trigger: { auth: [{ type: 'signature', provider: 'github', secrets: ['{{$env.NEW}}', '{{$env.OLD}}'] }] },
      },
      'no-secret': { trigger: { auth: [{ type: 'signature', provider: 'github', secrets: ['{{$env.GONE}}'] }] } },
      small: { trigger: { bodyLimit: '1kb' } },
      cors: { trigger: { cors: { origins: ['https://shop.example'] } } },
      schema: { trigger: { validate: { type: 'object', required: ['email'] } } },
      filter: {
        trigger: {
          filter: { engine: 'basic', calculation: { calculator: 'equal', operands: ['{{$context.data.go}}', true] } },
          response: { status: 202, body: 'fine' },
        },
      },
      templated: { trigger: { response: { body: { id: '{{$context.requestId}}', run: '{{$execution.id}}' } } } },
      dedup: { trigger: { dedup: { key: '{{$context.data.id}}' } } },
      sync: { trigger: { mode: 'sync', timeout: '5s' } },
      'sync-short': { trigger: { mode: 'sync', timeout: '100ms' } },
      'sync-accept': { trigger: { mode: 'sync', timeout: '100ms', onTimeout: 'accept' } },
    },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.storage.accepted.length = 0;
  gateway.storage.logged.length = 0;
});

const send = (path: string, options?: SendOptions) => gateway.send(path, options);
const lastLogged = () => gateway.storage.logged.at(-1);

describe('an accepted request', () => {
  it('T54: may be the fifth hop from workflow to workflow', async () => {
    const answer = await send('/api/webhooks/open', { headers: { 'x-hookmill-hops': '5' } });
    expect(answer.status).toBe(200);
  });

  it('is answered 200 ok with its ids, and enqueued', async () => {
    const answer = await send('/api/webhooks/open', { body: '{"a":1}', headers: json });
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
      200,
      'ok',
      'text/plain; charset=utf-8',
    ]);
    const [accepted] = gateway.storage.accepted;
    expect(answer.headers['x-request-id']).toBe(accepted!.request.id);
    expect(answer.headers['x-execution-id']).toBe(accepted!.executionId);
    expect(gateway.producer.waiting).toContain(`${accepted!.executionId}-0`);
  });

  it('is the same under both URL forms', async () => {
    for (const path of ['/api/webhook:trigger/open', '/api/webhook%3Atrigger/open', '/api/webhooks/open?x=1']) {
      expect((await send(path)).status).toBe(200);
    }
  });

  it('is still accepted when the queue is away', async () => {
    gateway.producer.away = true;
    expect((await send('/api/webhooks/open')).status).toBe(200);
    gateway.producer.away = false;
  });

  it('reaches the workflow of a path by its method', async () => {
    await send('/api/webhooks/orders/eu');
    await send('/api/webhooks/orders/eu', { method: 'GET' });
    expect(gateway.storage.accepted.map(({ workflowId }) => workflowId)).toEqual([3, 4]);
  });

  it('takes HEAD for GET and sends no body', async () => {
    const answer = await send('/api/webhooks/get', { method: 'HEAD' });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(gateway.storage.accepted).toHaveLength(1);
  });

  it('is stored with the exact bytes, also when they are no text', async () => {
    const body = Buffer.from([0, 255, 254, 10]);
    await send('/api/webhooks/open', { body });
    expect(gateway.storage.accepted[0]!.request.body).toEqual(body);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('is stored as received, and as it is after one layer of %s was removed', async (encoding, compress) => {
    await send('/api/webhooks/open', { body: compress('{"a":1}'), headers: { ...json, 'content-encoding': encoding } });
    const { body, content } = gateway.storage.accepted[0]!.request;
    expect([body, content!.body.toString()]).toEqual([compress('{"a":1}'), '{"a":1}']);
  });

  it('is stored with the status of its answer where that is known before', async () => {
    await send('/api/webhooks/templated', { body: '{}', headers: json });
    const { status } = await send('/api/webhooks/filter', { body: '{"go":true}', headers: json });
    await send('/api/webhooks/sync-short', { body: '{}', headers: json });
    expect(gateway.storage.accepted.map(({ httpStatus }) => httpStatus)).toEqual([200, status, null]);
  });

  it('is stored with its credentials masked and its signature kept', async () => {
    const headers = { ...basic('ann:s3cret'), cookie: 'sid=1', 'x-hub-signature-256': 'sha256=00' };
    await send('/api/webhooks/basic', { headers });
    expect(gateway.storage.accepted[0]!.request.headers).toMatchObject({
      authorization: '***',
      cookie: '***',
      'x-hub-signature-256': 'sha256=00',
    });
    await send('/api/webhooks/token?a=1&key=tok&b=%20');
    expect(gateway.storage.accepted[1]!.request.url).toBe('/api/webhooks/token?a=1&key=***&b=%20');
  });
});

describe('a refusal', () => {
  it.each([
    ['an unknown key', '/api/webhooks/nobody', {}, 404, 'unknown_webhook', 4],
    ['an encoded slash', '/api/webhooks/..%2fopen', {}, 404, 'unknown_webhook', 4],
    ['a bad escape', '/api/webhooks/orders/%zz', {}, 404, 'unknown_webhook', 4],
    ['a path under the key form', '/api/webhook:trigger/orders/eu', {}, 404, 'unknown_webhook', 4],
    ['another method', '/api/webhooks/open', { method: 'PUT' }, 405, 'method_not_allowed', 5],
    ['an unheard-of method', '/api/webhooks/open', { method: 'PROPFIND' }, 405, 'method_not_allowed', 5],
    ['HEAD without GET', '/api/webhooks/open', { method: 'HEAD' }, 405, 'method_not_allowed', 5],
    ['plain HTTP', '/api/webhooks/https', {}, 403, 'https_required', 6],
    ['a foreign address', '/api/webhooks/ip', {}, 403, 'address_not_allowed', 7],
    ['no credentials', '/api/webhooks/basic', {}, 401, 'unauthorized', 9],
    ['wrong credentials', '/api/webhooks/basic', { headers: basic('ann:wrong') }, 401, 'unauthorized', 9],
    [
      'a token that cannot be resolved',
      '/api/webhooks/gone',
      { headers: { 'x-token': 'Bearer ' } },
      401,
      'unauthorized',
      9,
    ],
    ['a doubled token', '/api/webhooks/token?key=tok&key=tok', {}, 401, 'unauthorized', 9],
    ['no signature', '/api/webhooks/github', { body: '{}' }, 401, 'invalid_signature', 12],
    ['a long URL', `/api/webhooks/open?${'a'.repeat(9_000)}`, {}, 414, 'url_too_long', 2],
    ['a long header', '/api/webhooks/open', { headers: { 'x-a': 'a'.repeat(17_000) } }, 431, 'headers_too_large', 2],
    ['T54: a sixth hop', '/api/webhooks/open', { headers: { 'x-hookmill-hops': '6' } }, 508, 'loop_detected', 2],
    ['malformed JSON', '/api/webhooks/open', { headers: json, body: '{"a":' }, 400, 'malformed_body', 14],
    ['deep JSON', '/api/webhooks/open', { headers: json, body: '['.repeat(200_000) }, 400, 'body_too_complex', 14],
    ['many keys', '/api/webhooks/open', { headers: json, body: manyKeys() }, 400, 'body_too_complex', 14],
    [
      'large XML',
      '/api/webhooks/open',
      { headers: { 'content-type': 'text/xml' }, body: largeXml() },
      413,
      'xml_too_large',
      14,
    ],
    ['a large body', '/api/webhooks/small', { body: 'a'.repeat(1_025) }, 413, 'body_too_large', 10],
    ['a large chunked body', '/api/webhooks/small', chunked('a'.repeat(1_025)), 413, 'body_too_large', 10],
    ['a bomb', '/api/webhooks/small', encoded('gzip', gzipSync(Buffer.alloc(1e7))), 413, 'body_too_large', 10],
    ['two encodings', '/api/webhooks/open', encoded('gzip, gzip', gzipSync('a')), 415, 'unsupported_encoding', 10],
    ['an unknown encoding', '/api/webhooks/open', encoded('zstd', Buffer.from('a')), 415, 'unsupported_encoding', 10],
    ['a broken encoding', '/api/webhooks/open', encoded('gzip', Buffer.from('a')), 400, 'malformed_encoding', 10],
    ['a body against the schema', '/api/webhooks/schema', { headers: json, body: '{}' }, 400, 'invalid_body', 15],
  ] as [string, string, SendOptions, number, string, number][])(
    'of %s is a problem document and a line in the request log',
    async (_case, path, options, status, code, gate) => {
      const answer = await send(path, options);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      if (options.method !== 'HEAD') {
        expect(answer.json()).toMatchObject({ status, code, requestId: answer.headers['x-request-id'] });
      }
      expect(lastLogged()).toMatchObject({ verdict: 'refused', gate, reason: code, httpStatus: status });
      expect(gateway.storage.accepted).toHaveLength(0);
    },
  );

  it('names the allowed methods', async () => {
    expect((await send('/api/webhooks/get')).headers.allow).toBe('GET, HEAD');
    expect((await send('/api/webhooks/orders/eu', { method: 'PUT' })).headers.allow).toBe('POST, GET, HEAD');
  });

  it('asks for credentials only where basic is configured', async () => {
    expect((await send('/api/webhooks/basic')).headers['www-authenticate']).toContain('Basic');
    expect((await send('/api/webhooks/token')).headers['www-authenticate']).toBeUndefined();
  });

  it('counts headers as they came', async () => {
    const headers = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`x-${at}`, '1']));
    expect((await send('/api/webhooks/open', { headers })).status).toBe(431);
    expect(lastLogged()!.rawHeaders).toBeNull();
  });

  it('says 503 while draining and on a backlog, with Retry-After', async () => {
    gateway.admission.isDraining = true;
    const draining = await send('/api/webhooks/open');
    gateway.admission.isDraining = false;
    gateway.admission.isOverloaded = true;
    const backlog = await send('/api/webhooks/open');
    gateway.admission.isOverloaded = false;
    expect([draining.status, draining.json().code, draining.headers.connection]).toEqual([503, 'draining', 'close']);
    expect([backlog.status, backlog.json().code]).toEqual([503, 'backlog']);
    expect(backlog.headers['retry-after']).toBeDefined();
  });

  it('says 503 when the record is impossible now, 400 when it is for ever', async () => {
    gateway.storage.failure = new StorageUnavailable('away');
    const away = await send('/api/webhooks/open');
    gateway.storage.failure = new RejectedRow('bad');
    const bad = await send('/api/webhooks/open');
    gateway.storage.failure = new Error('bug with a secret in it');
    const bug = await send('/api/webhooks/open');
    gateway.storage.failure = null;
    expect([away.status, away.json().code, away.headers['retry-after']]).toEqual([503, 'storage_unavailable', '2']);
    expect([bad.status, bad.json().code]).toEqual([400, 'unstorable']);
    expect([bug.status, bug.json().code]).toEqual([500, 'internal_error']);
    expect(bug.text).not.toContain('secret');
  });

  it('answers before the body and closes the connection', async () => {
    const answer = await send('/api/webhooks/nobody', { body: Buffer.alloc(5_000_000) });
    expect([answer.status, answer.headers.connection]).toEqual([404, 'close']);
  });
});

describe('a sender that is cut off', () => {
  it('leaves nothing', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await sleep(50);
    socket.destroy();
    await sleep(50);
    expect(gateway.storage.accepted).toHaveLength(0);
    expect(gateway.storage.logged).toHaveLength(0);
  });

  it('is refused early by a Content-Length that is too large', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\nx');
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.destroy();
    expect(answer).toContain(' 413 ');
  });

  it('is not told to continue before its credentials were checked', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    const head = 'host: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n';
    socket.write(`POST /api/webhooks/basic HTTP/1.1\r\n${head}`);
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.destroy();
    expect(answer).toContain(' 401 ');
  });
});

describe('a client behind a proxy', () => {
  it('is known by the address the proxy saw, not by what it claims', async () => {
    const from = (list: string) => send('/api/webhooks/ip', { headers: { 'x-forwarded-for': list } });
    expect((await from('198.51.100.1, 203.0.113.9')).status).toBe(200);
    expect((await from('203.0.113.9, 198.51.100.1')).status).toBe(403);
  });

  it('may be on HTTPS by the word of the proxy', async () => {
    expect((await send('/api/webhooks/https', { headers: { 'x-forwarded-proto': 'https' } })).status).toBe(200);
    expect((await send('/api/webhooks/https', { headers: { 'x-forwarded-proto': 'https, http' } })).status).toBe(403);
  });
});

describe('OPTIONS', () => {
  it('is 204 with Allow for a known URL and 404 for an unknown one', async () => {
    const known = await send('/api/webhooks/open', { method: 'OPTIONS' });
    expect([known.status, known.headers.allow]).toEqual([204, 'POST']);
    expect((await send('/api/webhooks/nobody', { method: 'OPTIONS' })).status).toBe(404);
  });

  it('answers the preflight of an allowed origin only', async () => {
    const ask = (origin: string) =>
      send('/api/webhooks/cors', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    const allowed = (await ask('https://shop.example')).headers;
    expect(allowed['access-control-allow-origin']).toBe('https://shop.example');
    expect(allowed['access-control-allow-methods']).toBe('POST');
    expect(allowed['access-control-allow-headers']).toBe('content-type');
    const foreign = await ask('https://evil.example');
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([204, undefined]);
  });

  it('is followed by answers that the page may read', async () => {
    const answer = await send('/api/webhooks/cors', { headers: { origin: 'https://shop.example' } });
    expect(answer.headers['access-control-allow-origin']).toBe('https://shop.example');
    expect(answer.headers.vary).toBe('Origin');
  });
});

describe('the filter', () => {
  it('answers as usual what it does not want, and starts nothing', async () => {
    const kept = await send('/api/webhooks/filter', { headers: json, body: '{"go":true}' });
    const dropped = await send('/api/webhooks/filter', { headers: json, body: '{"go":false}' });
    expect([dropped.status, dropped.text]).toEqual([kept.status, kept.text]);
    expect(dropped.headers['x-execution-id']).toBeUndefined();
    expect(gateway.storage.accepted).toHaveLength(1);
    expect(lastLogged()).toMatchObject({ verdict: 'filtered', gate: 15 });
  });
});

describe('a duplicate', () => {
  it('gets the answer of the first delivery, templates included', async () => {
    const headers = { 'idempotency-key': 'k1' };
    const first = await send('/api/webhooks/templated', { headers });
    const second = await send('/api/webhooks/templated', { headers });
    expect(second.text).toBe(first.text);
    expect(first.json().id).toBe(first.headers['x-request-id']);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.headers['x-execution-id']).toBe(first.headers['x-execution-id']);
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  });

  it('is told by its key without losing digits', async () => {
    const one = await send('/api/webhooks/dedup', { headers: json, body: '{"id":9007199254740992}' });
    const other = await send('/api/webhooks/dedup', { headers: json, body: '{"id":9007199254740993}' });
    expect(one.headers['x-execution-id']).not.toBe(other.headers['x-execution-id']);
    expect(other.headers['idempotent-replayed']).toBeUndefined();
  });

  it('belongs to its workflow', async () => {
    const headers = { 'webhook-id': 'w1' };
    await send('/api/webhooks/open', { headers });
    expect((await send('/api/webhooks/templated', { headers })).headers['idempotent-replayed']).toBeUndefined();
  });
});

describe('a sync caller', () => {
  const reply = { status: 201, headers: { 'content-type': 'text/html', 'x-a': 'b' }, body: '<p>hi</p>' };
  async function accepted(count: number) {
    while (gateway.storage.accepted.length < count) await sleep(5);
    return gateway.storage.accepted[0]!.executionId;
  }

  it('gets the reply as soon as the execution ended', async () => {
    const waiting = send('/api/webhooks/sync');
    await gateway.finish(await accepted(1), reply);
    const answer = await waiting;
    expect([answer.status, answer.text, answer.headers['x-a']]).toEqual([201, '<p>hi</p>', 'b']);
    expect(answer.headers['content-security-policy']).toBe('sandbox');
    expect(answer.headers['x-execution-id']).toBe(gateway.storage.accepted[0]!.executionId);
  });

  it('gets the reply without any message', async () => {
    const waiting = send('/api/webhooks/sync');
    gateway.storage.finish(await accepted(1), reply);
    expect((await waiting).status).toBe(201);
  });

  it('gets the copy that the message brings, without a look-up', async () => {
    const waiting = send('/api/webhooks/sync');
    await gateway.wake(await accepted(1), JSON.stringify(reply));
    // The storage knows of no reply here: only the copy can be what is answered.
    expect([(await waiting).status, (await waiting).text]).toEqual([201, '<p>hi</p>']);
  });

  it.each(['{', '[]', 'null', '{"status":"200","headers":{},"body":""}', '{"status":200,"headers":null,"body":""}'])(
    'gets the stored reply when the message brings nothing that can be read (%s)',
    async (text) => {
      const waiting = send('/api/webhooks/sync');
      const id = await accepted(1);
      gateway.storage.finish(id, reply);
      await gateway.wake(id, text);
      expect((await waiting).status).toBe(201);
    },
  );

  it('is joined by its duplicate', async () => {
    const headers = { 'idempotency-key': 's1' };
    const both = [send('/api/webhooks/sync', { headers }), send('/api/webhooks/sync', { headers })];
    await gateway.finish(await accepted(2), reply);
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true')).toHaveLength(1);
    expect((await send('/api/webhooks/sync', { headers })).text).toBe('<p>hi</p>');
  });

  it('gets 500 when the execution ended without a reply', async () => {
    const waiting = send('/api/webhooks/sync');
    await gateway.finish(await accepted(1), null);
    const answer = await waiting;
    expect([answer.status, answer.json().code]).toEqual([500, 'no_reply']);
    expect(gateway.storage.logged).toHaveLength(0);
  });

  it('gets 408 with its execution id when time is up', async () => {
    const answer = await send('/api/webhooks/sync-short');
    expect([answer.status, answer.json().code]).toEqual([408, 'sync_timeout']);
    expect(isUuid(String(answer.headers['x-execution-id']))).toBe(true);
  });

  it('gets 202 and a signed place to look when the document says so', async () => {
    const answer = await send('/api/webhooks/sync-accept');
    const location = new URL(answer.headers.location!);
    const id = answer.headers['x-execution-id'] as string;
    expect([answer.status, location.origin, location.pathname]).toEqual([
      202,
      'https://hooks.example',
      `/api/replies/${id}`,
    ]);
    const { replyKey } = gateway.services.config;
    expect(isReplyToken(replyKey, id, location.searchParams.get('token'), new Date())).toBe(true);
  });

  it('is listened for no longer once it hung up', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('POST /api/webhooks/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n');
    await accepted(1);
    socket.destroy();
    await gateway.services.waiters.whenIdle();
    expect(gateway.storage.accepted).toHaveLength(1);
  });
});

describe('a drain', () => {
  it("ends the waits with onTimeout's answer", async () => {
    const own = await startTestGateway({ workflows: { sync: { trigger: { mode: 'sync' } } } });
    const waiting = own.send('/api/webhooks/sync');
    while (own.storage.accepted.length === 0) await sleep(5);
    own.services.waiters.releaseAll();
    const answer = await waiting;
    expect([answer.status, answer.headers['x-execution-id']]).toEqual([408, own.storage.accepted[0]!.executionId]);
    await own.stop();
  });
});

function largeXml(): string {
  return `<a>${'x'.repeat(64 * 1024)}</a>`;
}
function manyKeys(): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`k${at}`, 1])));
}
function chunked(body: string): SendOptions {
  return { headers: { 'transfer-encoding': 'chunked' }, body };
}
function encoded(encoding: string, body: Buffer): SendOptions {
  return { headers: { 'content-encoding': encoding }, body };
}
