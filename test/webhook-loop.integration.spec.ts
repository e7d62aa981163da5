import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLogger, loadConfig } from '#shared';
import type { Storage } from '#storage';
import { createTestDatabase, openTestStorage, saveSampleWorkflow, type TestDatabase } from '#storage/testing';
import { createGateway, type Gateway } from '../apps/gateway/src/create-gateway.js';
import { gatewayConfig } from '../apps/gateway/src/gateway.config.js';
import { createWorker, type RunningWorker } from '../apps/worker/src/create-worker.js';
import { loadWorkerConfig } from '../apps/worker/src/worker.config.js';
import { eventually } from './support/eventually.js';

const OPEN = ['queued', 'started'];

let database: TestDatabase;
let storage: Storage;
let gateway: Gateway;
let worker: RunningWorker;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  const environment = {
    DATABASE_URL: database.url,
    HOOKMILL_MASTER_KEY: '07'.repeat(32),
    QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
    GATEWAY_PORT: '0',
    WORKER_PORT: '0',
    LISTEN_ADDRESS: '127.0.0.1',
    LOG_LEVEL: 'silent',
    CONFIG_POLL: '50ms',
    DRAIN_GRACE: '100ms',
    DRAIN_TIMEOUT: '7s',
    HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
  };
  const settings = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment);
  gateway = await createGateway(gatewayConfig(settings, environment), { logger: createLogger('gateway', 'silent') });
  worker = await createWorker(loadWorkerConfig(environment));
}, 60_000);
afterAll(async () => {
  await Promise.all([gateway?.drain(), worker?.close()]);
  await storage?.close();
  await database?.drop();
}, 60_000);

it('T54: a workflow that calls its own webhook stops at depth 5', async () => {
  const url = `${gateway.url.replace('[::1]', '127.0.0.1')}/api/webhooks/snake`;
  const nodes = [{ key: 'tail', type: 'request', config: { url, data: {} } }];
  const document = { key: 'snake', trigger: { type: 'webhook', mode: 'async' }, nodes };
  await saveSampleWorkflow(storage, { key: 'snake', document });
  await eventually(
    async () => (await fetch(url, { method: 'POST' })).status,
    (status) => status === 200,
  );
  const statuses = async (): Promise<string[]> => {
    const { items } = await storage.history.listExecutions({ limit: 100, cursor: null });
    return items.map(({ status }) => status);
  };
  await eventually(statuses, (found) => found.includes('failed') && !found.some((status) => OPEN.includes(status)));
  // Were the loop not broken, more would follow now.
  await sleep(500);
  expect((await statuses()).toSorted()).toEqual(['failed', ...Array<string>(5).fill('resolved')]);
}, 30_000);
