import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, loadConfig } from '#shared';
import { openStorage, type Storage } from '#storage';
import { createTestDatabase, type TestDatabase } from '#storage/testing';
import { createGateway, type Gateway } from './create-gateway.js';
import { gatewayConfig } from './gateway.config.js';
import { signed } from './testing/sign.js';

const logger = createLogger('gateway', 'silent');
/** Contract.md 3: a change answers within one second on every gateway. Milliseconds. */
const WITHIN = 1_000;

let database: TestDatabase;
let storage: Storage;
let gateways: Gateway[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const environment = {
    DATABASE_URL: database.url,
    HOOKMILL_MASTER_KEY: '07'.repeat(32),
    QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
    GATEWAY_PORT: '0',
    LISTEN_ADDRESS: '127.0.0.1',
    // Half of the default, so that a slow moment of the machine is no failure.
    CONFIG_POLL: '250ms',
    DRAIN_GRACE: '0ms',
    DRAIN_TIMEOUT: '7s',
  };
  const config = gatewayConfig(loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment), environment);
  storage = await openStorage({ ...config.storage, applicationName: 'test' });
  for (const name of ['OLD', 'NEW']) await put(name, name.toLowerCase());
  const auth = [{ type: 'signature', provider: 'github', secrets: ['{{$env.NEW}}', '{{$env.OLD}}'] }];
  await storage.workflows.save(
    {
      ...{ key: 'hook', title: null, description: null, mode: 'async', enabled: true, contentHash: 'a', path: null },
      document: { key: 'hook', trigger: { type: 'webhook', auth }, nodes: [] },
      ...{ draft: false, ifMatch: null },
    },
    { create: true, overlaps: () => false },
  );
  gateways = await Promise.all([createGateway(config, { logger }), createGateway(config, { logger })]);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.drain()));
  await storage.close();
  await database.drop();
});

const put = (name: string, value: string) => storage.secrets.put({ name, value, notBefore: null, notAfter: null });

/** Status by gateway for a delivery signed with this secret. */
function statuses(secret: string): Promise<number[]> {
  const { headers, body } = signed({ provider: 'github', secrets: [secret] }, '{}');
  return Promise.all(
    gateways.map(async ({ url }) => {
      const answer = await fetch(`${url}/api/webhooks/hook`, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body,
      });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
}

describe('T14: two gateways on one database', () => {
  it('take both secrets while both are in force, and a revoked one nowhere after a second', async () => {
    expect([await statuses('new'), await statuses('old')]).toEqual([
      [200, 200],
      [200, 200],
    ]);
    await storage.secrets.delete('OLD');
    await sleep(WITHIN);
    expect([await statuses('new'), await statuses('old')]).toEqual([
      [200, 200],
      [401, 401],
    ]);
  });

  it('take a changed secret in the place of the one before', async () => {
    await put('NEW', 'newer');
    await sleep(WITHIN);
    expect([await statuses('newer'), await statuses('new')]).toEqual([
      [200, 200],
      [401, 401],
    ]);
  });

  it('remember which secret matched', async () => {
    await statuses('newer');
    const { items } = await storage.history.listRequests({ workflow: 'hook', limit: 1, cursor: null });
    expect(items[0]).toMatchObject({ verdict: 'accepted', secretName: 'NEW' });
  });
});
