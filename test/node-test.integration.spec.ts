import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, type Json } from '#shared';
import { createTestDatabase, type TestDatabase } from '#storage/testing';
import { createAdmin, type Admin } from '../apps/admin/src/create-admin.js';
import { createWorker, type RunningWorker } from '../apps/worker/src/create-worker.js';
import { loadWorkerConfig } from '../apps/worker/src/worker.config.js';
import { startWitness, type Witness } from './support/witness.js';

const KEY = 'admin-key-of-the-integration-spec';

describe.each([
  { backend: 'Redis', redisUrl: process.env['TEST_REDIS_URL'] },
  { backend: 'Postgres', redisUrl: undefined },
])('the test of a node on $backend', ({ redisUrl }) => {
  let database: TestDatabase;
  let witness: Witness;
  let worker: RunningWorker;
  let admin: Admin;
  let base: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    witness = await startWitness();
    witness.release();
    const environment = {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      HOOKMILL_MASTER_KEY: '07'.repeat(32),
      HOOKMILL_ADMIN_KEY: KEY,
      QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
      WORKER_PORT: '0',
      LISTEN_ADDRESS: '127.0.0.1',
      LOG_LEVEL: 'silent',
      HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
    };
    worker = await createWorker(loadWorkerConfig(environment));
    admin = await createAdmin(loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment));
    base = (await admin.listen(0, '127.0.0.1')).replace('[::1]', 'localhost');
  }, 60_000);
  afterAll(async () => {
    await admin?.close();
    await worker?.close();
    witness?.close();
    await database?.drop();
  }, 60_000);

  async function post(type: string, body: Json): Promise<{ status: number; json: unknown }> {
    const response = await fetch(`${base}/api/v1/nodes/${type}/test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: await response.json() };
  }

  it('runs a script in the isolate of the worker', async () => {
    const content = "console.log('hi'); return context.data.a + n + require('crypto').randomUUID().length";
    const config = { content, arguments: [{ name: 'n', value: '{{$jobsMapByNodeKey.before.n}}' }] };
    expect(await post('script', { config, context: { data: { a: 1 } }, results: { before: { n: 2 } } })).toEqual({
      status: 200,
      json: { status: 'resolved', result: 39, log: 'hi' },
    });
  });

  it('has real effects, once, under the SSRF guard', async () => {
    const config = { url: `${witness.url}/{{$context.data.id}}`, method: 'POST', onlyData: true };
    const answer = await post('request', { config, context: { data: { id: 'seven' } } });
    expect(answer).toEqual({ status: 200, json: { status: 'resolved', result: {} } });
    expect(witness.calls).toEqual(['/seven']);
    const inside = await post('request', { config: { url: 'http://10.0.0.1/', method: 'GET' } });
    expect(inside).toMatchObject({ status: 200, json: { status: 'failed', error: { code: 'blocked' } } });
  });

  it('leaves no execution behind', async () => {
    const executions = await fetch(`${base}/api/v1/executions`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(await executions.json()).toEqual({ items: [], nextCursor: null });
  });
});
