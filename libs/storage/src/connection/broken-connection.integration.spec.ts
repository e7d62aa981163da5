import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import net from 'node:net';
import pg from 'pg';
import { StorageUnavailable } from '../contract.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { Database } from './database.js';

let server: TestDatabase;
let database: Database;
const sockets: net.Socket[] = [];

/** A line to Postgres that can be cut. */
const line = net.createServer((socket) => {
  const { hostname, port } = new URL(server.url);
  const upstream = net.connect(Number(port), hostname);
  sockets.push(socket);
  for (const end of [socket, upstream]) end.on('error', () => undefined);
  socket.on('close', () => upstream.destroy());
  socket.pipe(upstream).pipe(socket);
});

beforeAll(async () => {
  server = await createTestDatabase();
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  const url = new URL(server.url);
  url.hostname = '127.0.0.1';
  url.port = String((line.address() as net.AddressInfo).port);
  const options = { applicationName: 'broken', poolSize: 2, statementTimeoutMs: 20_000 };
  database = new Database({ ...options, databaseUrl: url.toString() });
});

afterAll(async () => {
  await database?.close();
  line.close();
  await server?.drop();
});

/** Waits until both connections are busy, and breaks them without a word, as a killed server does. */
async function breakConnections(): Promise<void> {
  const watcher = new pg.Client({ connectionString: server.url });
  await watcher.connect();
  const busy = `select 1 from pg_stat_activity where application_name = 'broken' and query like '%pg_sleep%'`;
  while ((await watcher.query(busy)).rows.length < 2) continue;
  for (const socket of sockets.splice(0)) socket.resetAndDestroy();
  await watcher.end();
}

it('survives a connection that breaks while a statement runs', async () => {
  const listeners: number[] = [];
  // An error event that nobody hears ends a process, but not one under jest: the listeners are counted instead.
  const emit = pg.Client.prototype.emit;
  pg.Client.prototype.emit = function (this: pg.Client, event: string | symbol, ...rest: unknown[]): boolean {
    if (event === 'error') listeners.push(this.listenerCount('error'));
    return (emit as (...all: unknown[]) => boolean).call(this, event, ...rest);
  };
  try {
    const sleeping = [1, 2].map(() => database.query({ text: 'select pg_sleep(30)' }).catch((error: unknown) => error));
    await breakConnections();
    for (const error of await Promise.all(sleeping)) expect(error).toBeInstanceOf(StorageUnavailable);
    expect(await database.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  } finally {
    pg.Client.prototype.emit = emit;
  }
  expect(listeners.length).toBeGreaterThan(0);
  expect(listeners).not.toContain(0);
});
