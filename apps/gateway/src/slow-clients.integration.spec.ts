import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, loadConfig } from '#shared';
import { openStorage } from '#storage';
import { createTestDatabase, type TestDatabase } from '#storage/testing';
import { createGateway, type Gateway } from './create-gateway.js';
import { gatewayConfig } from './gateway.config.js';

let database: TestDatabase;
let gateway: Gateway;
const sockets: Socket[] = [];

async function start(more: Record<string, string>): Promise<void> {
  const environment = {
    DATABASE_URL: database.url,
    HOOKMILL_MASTER_KEY: '07'.repeat(32),
    QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
    GATEWAY_PORT: '0',
    LISTEN_ADDRESS: '127.0.0.1',
    DRAIN_GRACE: '1ms',
    DRAIN_TIMEOUT: '5s',
    ...more,
  };
  const config = gatewayConfig(loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment), environment);
  gateway = await createGateway(config, { logger: createLogger('gateway', 'silent') });
}

/** A raw connection, what it was sent so far, and its end. */
async function open(): Promise<{ socket: Socket; text: () => string; closed: Promise<void> }> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const connected = new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  await Promise.race([connected, closed]);
  return { socket, text: () => text, closed };
}

beforeAll(async () => {
  database = await createTestDatabase();
  const storage = await openStorage({ ...storageOptions(), databaseUrl: database.url });
  await storage.workflows.save(
    {
      key: 'open',
      title: null,
      description: null,
      mode: 'async',
      enabled: true,
      document: { key: 'open', trigger: { type: 'webhook' }, nodes: [] },
      contentHash: 'x',
      path: null,
      draft: false,
      ifMatch: null,
    },
    { create: false, overlaps: () => false },
  );
  await storage.close();
});

function storageOptions() {
  const environment = { DATABASE_URL: database.url, HOOKMILL_MASTER_KEY: '07'.repeat(32) };
  return gatewayConfig(loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment), environment).storage;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.drain();
});
afterAll(() => database.drop());

const POST = 'POST /api/webhooks/open HTTP/1.1\r\nhost: h\r\n';

describe('T31 slow clients', () => {
  it('of every kind are closed by their time limit, and healthy requests are answered meanwhile', async () => {
    await start({ REQUEST_TIMEOUTS: 'headers=300ms,request=600ms,idle=300ms' });
    const beginnings = ['', 'POST /', `${POST}x-slow: `, `${POST}content-length: 1000\r\n\r\n{`];
    const slow = await Promise.all(
      Array.from({ length: 200 }, async (_, at) => {
        const connection = await open();
        const beginning = beginnings[at % beginnings.length]!;
        if (beginning !== '') connection.socket.write(beginning);
        // One byte now and then keeps none of them alive; none for the silent ones.
        const drip = setInterval(() => beginning !== '' && connection.socket.write('a'), 100);
        void connection.closed.then(() => clearInterval(drip));
        return connection;
      }),
    );
    for (let request = 0; request < 20; request++) {
      const answer = await fetch(`${gateway.url}/api/webhooks/open`, { method: 'POST' });
      expect(answer.status).toBe(200);
    }
    await Promise.all(slow.map(({ closed }) => closed));
    // A byte that crosses the close resets the connection, and the answer with it; most hear the cause.
    const told = slow.map(({ text }) => text()).filter((text) => text !== '');
    expect(told.length).toBeGreaterThan(0);
    for (const text of told) expect(text).toMatch(/^HTTP\/1\.1 408 [^]*request_timeout/);
  });

  it('that keep a connection open without using it are closed too', async () => {
    await start({ REQUEST_TIMEOUTS: 'headers=5s,request=5s,idle=200ms' });
    const { socket, text, closed } = await open();
    socket.write(`${POST}content-length: 0\r\n\r\n`);
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('connections of one peer', () => {
  it('beyond its share are closed unread, and one that ends makes room', async () => {
    await start({ CONNECTIONS_PER_ADDRESS: '3' });
    const [first, second, third] = [await open(), await open(), await open()];
    const fourth = await open();
    fourth.socket.write(`${POST}content-length: 0\r\n\r\n`);
    await fourth.closed;
    expect(fourth.text()).toBe('');
    for (const { socket } of [second, third]) expect(socket.destroyed).toBe(false);
    first.socket.write(`${POST}content-length: 0\r\nconnection: close\r\n\r\n`);
    await first.closed;
    expect(first.text()).toMatch(/^HTTP\/1\.1 200 /);
    const fifth = await open();
    fifth.socket.write(`${POST}content-length: 0\r\nconnection: close\r\n\r\n`);
    await fifth.closed;
    expect(fifth.text()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    [
      'are not counted when the peer is a trusted proxy',
      { CONNECTIONS_PER_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.1' },
    ],
    ['are not limited when the limit is switched off', { CONNECTIONS_PER_ADDRESS: '0' }],
  ])('%s', async (_what, settings) => {
    await start(settings);
    const connections = [await open(), await open(), await open()];
    for (const { socket, text, closed } of connections) {
      socket.write(`${POST}content-length: 0\r\nconnection: close\r\n\r\n`);
      await closed;
      expect(text()).toMatch(/^HTTP\/1\.1 200 /);
    }
  });
});

describe('the limits of a whole gateway', () => {
  it('count webhook requests, and never its health', async () => {
    await start({ RATE_LIMIT_GLOBAL: '1' });
    const statuses = [];
    for (let request = 0; request < 5; request++) {
      statuses.push((await fetch(`${gateway.url}/api/webhooks/nowhere`, { method: 'POST' })).status);
    }
    expect(statuses.slice(0, 2)).toEqual([404, 404]);
    expect(statuses).toContain(429);
    for (const path of ['healthz', 'readyz', 'healthz'])
      expect((await fetch(`${gateway.url}/${path}`)).status).toBe(200);
  });
});
