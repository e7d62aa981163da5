import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { loadConfig, type JsonObject } from '#shared';
import type { Storage } from '#storage';
import {
  createTestDatabase,
  dumpTables,
  openTestStorage,
  saveSampleWorkflow,
  type TestDatabase,
} from '#storage/testing';
import { createGateway, type Gateway } from '../apps/gateway/src/create-gateway.js';
import { gatewayConfig } from '../apps/gateway/src/gateway.config.js';
import { eventually } from './support/eventually.js';

const CANARY = 'canary-7f3a91';
/** The value of the secret, as a token and as a password: right ones are as little to be stored as wrong ones. */
const TOKEN = `${CANARY}-token`;

let database: TestDatabase;
let storage: Storage;
let gateway: Gateway;
const lines: string[] = [];

async function webhook(key: string, auth: JsonObject[], more: JsonObject = {}): Promise<void> {
  const trigger = { type: 'webhook', mode: 'async', methods: ['POST'], auth, ...more };
  await saveSampleWorkflow(storage, { key, document: { key, trigger, nodes: [] }, contentHash: key });
}

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  await storage.secrets.put({ name: 'TOKEN', value: TOKEN, notBefore: null, notAfter: null });
  await webhook('open', []);
  await webhook('header', [{ type: 'token', header: 'X-Api-Token', value: '{{$env.TOKEN}}' }]);
  await webhook('query', [{ type: 'token', query: 'api key', value: '{{$env.TOKEN}}' }]);
  await webhook('basic', [{ type: 'basic', username: 'ann', password: '{{$env.TOKEN}}' }]);
  await webhook('strict', [{ type: 'token', query: 'key', value: '{{$env.TOKEN}}' }], {
    validate: { type: 'object', required: ['never'] },
  });
  const environment = {
    DATABASE_URL: database.url,
    HOOKMILL_MASTER_KEY: '07'.repeat(32),
    QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
    GATEWAY_PORT: '0',
    LISTEN_ADDRESS: '127.0.0.1',
    CONFIG_POLL: '50ms',
    DRAIN_GRACE: '100ms',
    DRAIN_TIMEOUT: '7s',
  };
  const settings = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment);
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
  gateway = await createGateway(gatewayConfig(settings, environment), { logger });
}, 60_000);

afterAll(async () => {
  await gateway?.drain();
  await storage?.close();
  await database?.drop();
}, 60_000);

const basic = (password: string) => `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`;

const CALLS: [name: string, status: number, path: string, headers: Record<string, string>, body?: string][] = [
  ['a bearer that nobody asked for', 200, 'open', { authorization: `Bearer ${TOKEN}` }],
  ['cookies', 200, 'open', { cookie: `a=1; session=${TOKEN}` }],
  ['a credential for a proxy', 200, 'open', { 'proxy-authorization': basic(TOKEN) }],
  ['a token in a header', 200, 'header', { 'x-api-token': TOKEN }],
  ['a wrong token in a header', 401, 'header', { 'X-API-TOKEN': `${CANARY}-wrong` }],
  ['a token in the query', 200, `query?a=1&api%20key=${TOKEN}&b=2`, {}],
  ['a token in the query, written otherwise', 200, `query?%61pi+key=${TOKEN}`, {}],
  ['a doubled token in the query', 401, `query?api+key=${TOKEN}&api%20key=${TOKEN}`, {}],
  ['a password', 200, 'basic', { authorization: basic(TOKEN) }],
  ['a wrong password', 401, 'basic', { authorization: basic(`${CANARY}-wrong`) }],
  ['a credential of an unknown webhook', 404, 'unknown', { authorization: basic(TOKEN), cookie: TOKEN }],
  ['a token in the query of an unknown webhook', 404, `unknown?api%20key=${TOKEN}`, {}],
  ['a token in a header of an unknown webhook', 404, 'unknown', { 'x-api-token': TOKEN }],
  ['a token of a body that has faults', 400, `strict?key=${TOKEN}`, { 'content-type': 'application/json' }, '{}'],
  ['a token of a body that is none', 400, `strict?key=${TOKEN}`, { 'content-type': 'application/json' }, '{'],
];

/** As it was sent, and as `Authorization` carries it. */
const FORMS = [
  CANARY,
  Buffer.from(`ann:${CANARY}`).toString('base64').slice(0, 20),
  Buffer.from(CANARY).toString('hex'),
];

describe('T58: a credential that was sent', () => {
  it('is in no table and in no line of the log, whatever became of the request', async () => {
    const base = `${gateway.url.replace('[::1]', '127.0.0.1')}/api/webhooks`;
    const statuses: [string, number][] = [];
    const answers: string[] = [];
    for (const [name, , path, headers, body = 'plain'] of CALLS) {
      const answer = await fetch(`${base}/${path}`, { method: 'POST', headers, body });
      statuses.push([name, answer.status]);
      answers.push(await answer.text(), JSON.stringify([...answer.headers]));
    }
    expect(statuses).toEqual(CALLS.map(([name, status]) => [name, status]));
    const stored = async () => (await storage.history.listRequests({ limit: 100, cursor: null })).items.length;
    await eventually(stored, (count) => count === CALLS.length);

    const tables = await dumpTables(database.url);
    expect(tables.get('public.workflows')).toContain('strict');
    const all = [...tables.values()].join('\n');
    // What is looked through is what was written: the mask stands where the credentials stood.
    expect(all).toContain('***');
    expect(lines.filter((line) => line.includes('"request"')).length).toBeGreaterThanOrEqual(CALLS.length);
    for (const form of FORMS) {
      const places = [...tables].filter(([, text]) => text.includes(form)).map(([name]) => name);
      expect(places).toEqual([]);
      expect(lines.filter((line) => line.includes(form))).toEqual([]);
      expect(answers.filter((text) => text.includes(form))).toEqual([]);
    }
  });
});
