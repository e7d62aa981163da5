import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compilePath, pathsOverlap, type CompiledPath } from '#engine';
import { createLogger, loadConfig, type JsonObject } from '#shared';
import { openStorage, StorageUnavailable, type Storage } from '#storage';
import { createTestDatabase, type TestDatabase } from '#storage/testing';
import { createGateway, type Gateway } from './create-gateway.js';
import { gatewayConfig, type GatewayConfig } from './gateway.config.js';

const logger = createLogger('gateway', 'silent');
const json = { 'content-type': 'application/json' };

function configFor(
  databaseUrl: string,
  redisUrl: string | undefined,
  more: Record<string, string> = {},
): GatewayConfig {
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HOOKMILL_MASTER_KEY: '07'.repeat(32),
    HOOKMILL_ENV_ALLOW: 'GREETING',
    GREETING: 'hello',
    QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
    GATEWAY_PORT: '0',
    LISTEN_ADDRESS: '127.0.0.1',
    CONFIG_POLL: '50ms',
    REPLY_POLL: '50ms',
    DRAIN_GRACE: '100ms',
    DRAIN_TIMEOUT: '7s',
    DATABASE_STATEMENT_TIMEOUT: '2s',
    ...more,
  };
  return gatewayConfig(loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment), environment);
}

async function save(storage: Storage, key: string, trigger: JsonObject = {}): Promise<void> {
  const path = typeof trigger.path === 'string' ? { pattern: trigger.path, methods: ['POST'] } : null;
  const saved = await storage.workflows.save(
    {
      key,
      title: null,
      description: null,
      mode: trigger.mode === 'sync' ? 'sync' : 'async',
      enabled: true,
      document: { key, trigger: { type: 'webhook', ...trigger }, nodes: [] },
      contentHash: randomBytes(8).toString('hex'),
      path,
      draft: false,
      ifMatch: null,
    },
    {
      create: false,
      overlaps: (a, b) => pathsOverlap(compilePath(a) as CompiledPath, compilePath(b) as CompiledPath),
    },
  );
  expect(saved.kind).toMatch(/created|updated/);
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 3_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(25);
    }
  }
}

/** What a raw connection answers until it is closed or quiet. */
async function talk(url: string, ...writes: (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  socket.on('error', () => undefined);
  for (const write of writes) socket.write(write);
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.setTimeout(2_500, () => resolve());
  });
  socket.destroy();
  return text;
}

describe.each([
  ['Postgres', undefined],
  ['Redis', process.env.TEST_REDIS_URL ?? 'missing'],
])('a gateway with its queue on %s', (_queue, redisUrl) => {
  let database: TestDatabase;
  let storage: Storage;
  let gateway: Gateway;
  const post = (path: string, body: string | null = null, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, { method: 'POST', headers, body });

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = configFor(database.url, redisUrl);
    storage = await openStorage({ ...config.storage, applicationName: 'test' });
    await save(storage, 'open');
    await save(storage, 'greet', { response: { body: '{{$env.GREETING}} {{$env.NAME}}' } });
    await save(storage, 'region', { path: 'orders/:region' });
    await save(storage, 'sync', { mode: 'sync', timeout: '3s' });
    await save(storage, 'sync-accept', { mode: 'sync', timeout: '100ms', onTimeout: 'accept' });
    await storage.secrets.put({ name: 'NAME', value: 'Ann', notBefore: null, notAfter: null });
    gateway = await createGateway(config, { logger });
  });
  afterAll(async () => {
    await gateway.drain();
    await storage.close();
    await database.drop();
  });

  it('accepts, records and answers', async () => {
    const answer = await post('/api/webhooks/open', '{"a":1}', json);
    expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
    const execution = await storage.history.findExecution(answer.headers.get('x-execution-id')!);
    expect(execution).toMatchObject({ workflowKey: 'open', requestId: answer.headers.get('x-request-id') });
    expect(execution!.request!.body.toString()).toBe('{"a":1}');
  });

  it('answers under every URL form', async () => {
    for (const path of ['/api/webhooks/open', '/api/webhook:trigger/open', '/api/webhooks/orders/eu?x=1']) {
      expect((await post(path)).status).toBe(200);
    }
  });

  it('reads secrets and allowed variables in templates', async () => {
    expect(await (await post('/api/webhooks/greet')).text()).toBe('hello Ann');
  });

  it('takes every content type, also malformed ones', async () => {
    for (const type of ['application/cloudevents+json', 'text/plain', 'image/png', 'nonsense', ';;']) {
      expect((await post('/api/webhooks/open', '{}', { 'content-type': type })).status).toBe(200);
    }
  });

  it('answers a new version and a switched-off workflow within a second', async () => {
    await save(storage, 'changing', { response: { body: 'one' } });
    await eventually(async () => expect(await (await post('/api/webhooks/changing')).text()).toBe('one'));
    await save(storage, 'changing', { response: { body: 'two' } });
    await eventually(async () => expect(await (await post('/api/webhooks/changing')).text()).toBe('two'));
    await storage.workflows.setEnabled('changing', false);
    await eventually(async () => expect((await post('/api/webhooks/changing')).status).toBe(404));
  });

  it('answers unknown, disabled and deleted alike', async () => {
    await save(storage, 'deleted');
    await eventually(async () => expect((await post('/api/webhooks/deleted')).status).toBe(200));
    await storage.workflows.archive('deleted');
    await eventually(async () => expect((await post('/api/webhooks/deleted')).status).toBe(404));
    const bodies = await Promise.all(
      ['deleted', 'never'].map(async (key) => {
        const { requestId, ...rest } = (await (await post(`/api/webhooks/${key}`)).json()) as Record<string, unknown>;
        expect(requestId).toBeDefined();
        return rest;
      }),
    );
    expect(bodies[0]).toEqual(bodies[1]);
  });

  it('answers any other URL with a problem document', async () => {
    for (const path of [
      '/',
      '/api/webhooks',
      '//api/webhooks/open',
      '/api/Webhooks/open',
      '/api/webhooks;x/open',
      '/%zz',
    ]) {
      const answer = await fetch(gateway.url + path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    }
  });

  it('answers a body of any type at any other URL the same', async () => {
    for (const type of ['application/json', 'image/png', 'application/x-www-form-urlencoded']) {
      const answer = await post('/nowhere', '{', { 'content-type': type });
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not_found' }]);
    }
  });

  it('answers 405 to every method that is not allowed, known to Fastify or not', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'PROPFIND', 'QUERY', 'M-SEARCH']) {
      const answer = await fetch(`${gateway.url}/api/webhooks/open`, { method });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
  });

  it('starts one execution for many parallel deliveries', async () => {
    const headers = { 'idempotency-key': 'same' };
    const answers = await Promise.all(Array.from({ length: 30 }, () => post('/api/webhooks/open', '{}', headers)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.headers.get('x-execution-id'))).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true')).toHaveLength(29);
  });

  it('writes refusals to the request log', async () => {
    const answer = await post('/api/webhooks/open', '{', json);
    expect(answer.status).toBe(400);
    await eventually(async () => {
      const logged = await storage.history.findRequest(answer.headers.get('x-request-id')!);
      expect(logged).toMatchObject({ verdict: 'refused', gate: 14, reason: 'malformed_body', workflowKey: 'open' });
    });
  });

  it('gives a sync caller the stored reply', async () => {
    const waiting = post('/api/webhooks/sync', '{}', { 'idempotency-key': `sync-${redisUrl}` });
    let id = '';
    await eventually(async () => {
      const { items } = await storage.history.listExecutions({ workflow: 'sync', limit: 1, cursor: null });
      id = items[0]!.id;
    });
    await storage.executions.recordOutcome({
      executionId: id,
      expected: { status: 'queued', attempt: 0, leaseId: null },
      status: 'resolved',
      reason: null,
      error: null,
      startedAt: new Date(),
      endedAt: new Date(),
      nodeRuns: [],
      reply: { status: 201, headers: { 'x-a': 'b' }, body: 'done' },
      output: null,
      releaseDedup: false,
      deleteWhenEnded: false,
    });
    const answer = await waiting;
    expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([201, 'b', 'done']);
    const again = await post('/api/webhooks/sync', '{}', { 'idempotency-key': `sync-${redisUrl}` });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  });

  it('serves the reply later to whoever holds its URL', async () => {
    const answer = await post('/api/webhooks/sync-accept');
    const location = answer.headers.get('location')!;
    expect(location.startsWith(gateway.url.replace('127.0.0.1', 'localhost'))).toBe(true);
    const here = location.replace('localhost', '127.0.0.1');
    expect((await fetch(here)).status).toBe(202);
    expect((await fetch(here.slice(0, -1) + (here.endsWith('A') ? 'B' : 'A'))).status).toBe(403);
    expect((await fetch(here.split('?')[0]!)).status).toBe(403);
    expect((await fetch(`${gateway.url}/api/replies/nothing`)).status).toBe(404);
  });

  it('answers what the HTTP parser refuses as a problem document', async () => {
    const smuggled =
      'POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await talk(gateway.url, `${smuggled}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 [^]*malformed_request/);
    const huge = `POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(70_000)}\r\n\r\n`;
    expect(await talk(gateway.url, huge)).toMatch(/^HTTP\/1\.1 431 [^]*headers_too_large/);
    expect(await talk(gateway.url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('does not believe a lying Content-Length', async () => {
    const more = 'POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}{}{}';
    const answer = await talk(gateway.url, more);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.match(/HTTP\/1\.1/g)!.length).toBeLessThanOrEqual(2);
    const less = 'POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\ncontent-length: 200\r\n\r\n{}';
    expect(await talk(gateway.url, less)).toBe('');
  });

  it('answers a broken chunk', async () => {
    const broken = 'POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n';
    expect(await talk(gateway.url, broken)).toMatch(/^HTTP\/1\.1 400 [^]*malformed_request/);
  });

  it('stops reading a chunked body at the limit', async () => {
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 97), Buffer.from('\r\n')]);
    const head = 'POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    const answer = await talk(gateway.url, head, ...Array.from({ length: 12 }, () => chunk));
    expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
  });

  it('is healthy and ready', async () => {
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${gateway.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { checks: { database: 'ok', queue: 'ok' } }]);
  });
});

describe('a slow sender', () => {
  it('is told 408 and cut off', async () => {
    const database = await createTestDatabase();
    const config = configFor(database.url, undefined, { REQUEST_TIMEOUTS: 'headers=300ms,request=600ms' });
    const storage = await openStorage(config.storage);
    await save(storage, 'open');
    const gateway = await createGateway(config, { logger, storage });
    const head = 'POST /api/webhooks/open HTTP/1.1\r\nhost: x\r\n';
    const answers = await Promise.all([
      talk(gateway.url, head),
      talk(gateway.url, `${head}content-length: 10\r\n\r\n12345`),
    ]);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*request_timeout/);
    await gateway.drain();
    await database.drop();
  });
});

describe('a gateway on its way out', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('turns red, refuses new requests, answers its waiters and closes the port', async () => {
    const config = configFor(database.url, undefined, { DRAIN_GRACE: '500ms', DRAIN_TIMEOUT: '6s' });
    const storage = await openStorage(config.storage);
    await save(storage, 'sync', { mode: 'sync', timeout: '30s' });
    const gateway = await createGateway(config, { logger });
    const url = `${gateway.url}/api/webhooks/sync`;
    const waiting = fetch(url, { method: 'POST' });
    await eventually(async () => {
      expect((await storage.history.listExecutions({ limit: 1, cursor: null })).items).toHaveLength(1);
    });
    const drained = gateway.drain();
    const refused = await fetch(url, { method: 'POST' });
    expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    const answer = await waiting;
    expect([answer.status, answer.headers.get('x-execution-id') !== null]).toEqual([408, true]);
    await drained;
    await expect(fetch(url, { method: 'POST' })).rejects.toThrow();
    await storage.close();
  });

  it('says 503 while the database is away and works again afterwards', async () => {
    const config = configFor(database.url, undefined);
    const storage = await openStorage(config.storage);
    await save(storage, 'open');
    let away = false;
    const accept = storage.acceptor.accept.bind(storage.acceptor);
    storage.acceptor.accept = (request) =>
      away ? Promise.reject(new StorageUnavailable('the database is away')) : accept(request);
    const gateway = await createGateway(config, { logger, storage });
    const url = `${gateway.url}/api/webhooks/open`;
    away = true;
    const refused = await fetch(url, { method: 'POST' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    away = false;
    expect((await fetch(url, { method: 'POST' })).status).toBe(200);
    await gateway.drain();
  });
});
