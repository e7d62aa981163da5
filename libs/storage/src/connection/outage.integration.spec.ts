import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StorageUnavailable, type Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  saveSampleWorkflow,
  type TestDatabase,
} from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;
let ids: { workflowId: number; versionId: number };
const sockets: net.Socket[] = [];
let behaviour: 'pass' | 'cut' | 'freeze' = 'pass';

/** A line to Postgres that can be cut or frozen. */
const proxy = net.createServer((socket) => {
  const { hostname, port } = new URL(database.url);
  const upstream = net.connect(Number(port || 5432), hostname);
  sockets.push(socket, upstream);
  for (const end of [socket, upstream]) end.on('error', () => undefined);
  socket.on('close', () => upstream.destroy());
  upstream.on('close', () => socket.destroy());
  if (behaviour === 'cut') return void socket.destroy();
  socket.on('data', (data) => behaviour === 'pass' && upstream.write(data));
  upstream.on('data', (data) => behaviour === 'pass' && socket.write(data));
});

function cut(): void {
  behaviour = 'cut';
  for (const socket of sockets.splice(0)) socket.destroy();
}

beforeAll(async () => {
  database = await createTestDatabase();
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((proxy.address() as net.AddressInfo).port);
  storage = await openTestStorage(url.toString(), { statementTimeoutMs: 400 });
  ids = await saveSampleWorkflow(storage, { key: 'outage' });
});

afterAll(async () => {
  behaviour = 'pass';
  await storage?.close();
  proxy.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await database?.drop();
});

/** What waited for the database to come back would run into the time-out of the test. */
async function everythingIsRefused(): Promise<void> {
  const calls = [
    ...Array.from({ length: 10 }, () => storage.acceptor.accept(sampleAccept(ids))),
    storage.ping(300),
    storage.workflows.find('outage'),
    storage.configuration.readEpoch(),
  ];
  const results = await Promise.allSettled<unknown>(calls);
  const reasons = results.map((result) => (result.status === 'rejected' ? result.reason : result.value));
  expect(reasons.filter((reason) => !(reason instanceof StorageUnavailable))).toEqual([]);
}

async function recovered(): Promise<void> {
  behaviour = 'pass';
  const until = Date.now() + 5000;
  while (Date.now() < until) {
    const result = await storage.acceptor.accept(sampleAccept(ids)).catch(() => null);
    if (result) return;
    await sleep(50);
  }
  throw new Error('The store did not recover.');
}

describe('without a database', () => {
  it('refuses at once when the connections are cut, and recovers by itself', async () => {
    cut();
    await everythingIsRefused();
    await recovered();
    await expect(storage.workflows.find('outage')).resolves.not.toBeNull();
  });

  it('refuses after the statement timeout when the line is frozen, and recovers by itself', async () => {
    behaviour = 'freeze';
    await everythingIsRefused();
    await recovered();
  });
});
