import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { prepareQueueBackend } from './backends/prepare-queue-backend.js';
import type { QueueOptions } from './contract.js';
import { createReplyChannel } from './replies/create-reply-channel.js';
import { startFaultyProxy, type FaultyProxy } from './testing/faulty-proxy.js';
import { describeQueue } from './testing/queue-conformance.js';
import { describeReplyChannel } from './testing/reply-conformance.js';

jest.setTimeout(60_000);

const serverUrl = process.env.TEST_DATABASE_URL ?? '';
const database = `queue_${randomBytes(8).toString('hex')}`;
const prefix = 'queue_test';

let server: Client;
let client: Client;
let proxy: FaultyProxy;

function databaseUrl(host?: string): string {
  const url = new URL(serverUrl);
  if (host !== undefined) url.host = host;
  url.pathname = `/${database}`;
  return url.toString();
}

const options = (): QueueOptions => ({
  redisUrl: null,
  databaseUrl: databaseUrl(),
  prefix,
  commandTimeoutMs: 500,
  lockMs: 900,
});

beforeAll(async () => {
  if (serverUrl === '') throw new Error('TEST_DATABASE_URL is not set.');
  server = new Client({ connectionString: serverUrl });
  await server.connect();
  await server.query(`create database ${database}`);
  await prepareQueueBackend(options());
  client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  const { hostname, port } = new URL(serverUrl);
  proxy = await startFaultyProxy(hostname, Number(port || 5432));
});

afterAll(async () => {
  await proxy.close();
  await client.end();
  await server.query(`drop database ${database} with (force)`);
  await server.end();
});

const backend = () => ({
  options: options(),
  proxied: { ...options(), databaseUrl: databaseUrl(`127.0.0.1:${proxy.port}`) },
  proxy,
  loseEverything: async () => {
    await client.query(`delete from ${prefix}.job`);
  },
  remains: async () => (await client.query<{ id: string }>(`select id from ${prefix}.job`)).rows.map((row) => row.id),
  forge: async (instance: string, message: string) => {
    await client.query('select pg_notify($1, $2)', [`${prefix}:replies:${instance}`, message]);
  },
});

describeQueue('Postgres', backend);
describeReplyChannel('Postgres', () => ({
  mostBytes: 7999,
  create: () => createReplyChannel(options()),
  forge: (instance, message) => backend().forge(instance, message),
}));

it('migrates a schema that is up to date without harm, by several processes at once', async () => {
  await expect(Promise.all([prepareQueueBackend(options()), prepareQueueBackend(options())])).resolves.toHaveLength(2);
});

it('refuses a prefix that is no schema name', async () => {
  await expect(prepareQueueBackend({ ...options(), prefix: 'a"b' })).rejects.toThrow(/schema/i);
});
