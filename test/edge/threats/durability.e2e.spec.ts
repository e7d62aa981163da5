import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#shared';
import { eventually } from '../../support/eventually.js';
import { redisCommand } from '../../support/redis-command.js';
import { spawnReaper } from '../../support/spawn-reaper.js';
import type { Reaper } from '../../support/spawn-reaper.js';
import { startHookmill, type Hookmill } from '../../support/start-hookmill.js';
import { startKillablePostgres, type KillablePostgres } from '../../support/start-killable-postgres.js';
import { startRedis } from '../../support/start-redis.mjs';
import { startWitness, type Witness } from '../../support/witness.js';

jest.setTimeout(90_000);

const TIMES = {
  DISPATCH_STRANDED_AFTER: '1s',
  LEASE_TTL: '2s',
  QUEUE_LOCK: '2s',
  DATABASE_STATEMENT_TIMEOUT: '2s',
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
};
const sync = (key: string, ...nodes: Json[]): Record<string, Json> => ({
  key,
  enabled: true,
  trigger: { type: 'webhook', mode: 'sync', timeout: '20s' },
  nodes,
});
const reply = { key: 'reply', type: 'response', config: { status: 201, body: { n: 1 } } };
const call = { key: 'call', type: 'request', config: { url: '{{$context.data.url}}', timeout: 60_000 } };
/** Longer than its sender waits. */
const BUSY = 'const end = Date.now() + 1500; while (Date.now() < end); return 1';
const DOCUMENTS: readonly Record<string, Json>[] = [
  { key: 'async', enabled: true, trigger: { type: 'webhook' }, nodes: [] },
  sync('replies', reply),
  sync('silent', { key: 'sum', type: 'variable', config: { value: 1 } }),
  sync('fails', { key: 'end', type: 'end', config: { endStatus: 'failed' } }),
  sync('throws', { key: 'boom', type: 'script', config: { content: 'throw new Error("boom")' } }),
  sync('huge', { key: 'big', type: 'response', config: { body: '{{$context.data.big}}{{$context.data.big}}' } }),
  sync('waits', call, reply),
  {
    ...sync('times-out', { key: 'busy', type: 'script', config: { content: BUSY } }),
    trigger: { type: 'webhook', mode: 'sync', timeout: '300ms' },
  },
];

const directory = mkdtempSync(join(tmpdir(), 'hookmill-durability-'));
let hookmill: Hookmill;
let postgres: KillablePostgres;
let reaper: Reaper;
let redis: { url: string; pid: number };
let witness: Witness;

beforeAll(async () => {
  reaper = spawnReaper();
  [postgres, redis, witness] = await Promise.all([
    startKillablePostgres({ directory, reaper }),
    startRedis({ directory, say: () => undefined }),
    startWitness(),
  ]);
  hookmill = await startHookmill({ redis: redis.url, databaseUrl: postgres.url, gateways: 2, env: TIMES });
  for (const document of DOCUMENTS.slice(1))
    await hookmill.api('PUT', `/workflows/${String(document['key'])}`, document);
  await hookmill.apply(DOCUMENTS[0]!);
});
afterAll(async () => {
  witness?.close();
  await hookmill?.stop();
  if (redis) process.kill(redis.pid);
  await reaper?.reap();
  rmSync(directory, { recursive: true, force: true });
});

interface Sent {
  status: number;
  execution: string | null;
  replayed: boolean;
  text: string;
}

async function send(key: string, delivery: string, more: Record<string, Json> = {}, gateway = 0): Promise<Sent> {
  const response = await fetch(`${hookmill.gatewayUrls[gateway]}/api/webhooks/${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': delivery },
    body: JSON.stringify({ url: witness.url, ...more }),
  });
  const header = (name: string) => response.headers.get(name);
  return {
    status: response.status,
    execution: header('x-execution-id'),
    replayed: header('idempotent-replayed') === 'true',
    text: await response.text(),
  };
}

const executionsOf = async (key: string) =>
  (await hookmill.api('GET', `/executions?workflow=${key}&limit=200`)).body['items'] as Record<string, Json>[];

describe('T08 durable dedup', () => {
  it('T08 a delivery that is repeated after Redis forgot everything runs once', async () => {
    const first = await send('async', 'redis-loss');
    await redisCommand(redis.url, 'FLUSHALL');
    const second = await send('async', 'redis-loss', {}, 1);
    expect([first.status, second.status, second.replayed]).toEqual([200, 200, true]);
    expect(second.execution).toBe(first.execution);
    await eventually(
      () => executionsOf('async'),
      (found) => found.length === 1 && found[0]!['status'] === 'resolved',
    );
  });
});

describe('T42 every waiter is answered', () => {
  it.each([
    ['the response node', 'replies', 201, {}],
    ['a workflow without an answer', 'silent', 200, {}],
    ['a workflow that ends failed', 'fails', 500, {}],
    ['a script that throws', 'throws', 500, {}],
    ['an answer over the limit', 'huge', 500, { big: 'x'.repeat(3_000_000) }],
    ['a wait that is too long', 'times-out', 408, {}],
  ])('T42 after %s, with the id of the execution', async (_what, key, status, more) => {
    const answer = await send(key, `t42-${key}`, more);
    expect([answer.status, answer.execution]).toEqual([status, expect.any(String)]);
  });
  it('T42 after a cancel', async () => {
    const waiting = send('waits', 't42-cancel');
    await eventually(
      () => witness.calls.length,
      (calls) => calls === 1,
    );
    const [open] = (await executionsOf('waits')).filter(({ endedAt }) => endedAt === null);
    await hookmill.api('POST', `/executions/${String(open!['id'])}/cancel`);
    expect(await waiting).toMatchObject({ status: 500, execution: open!['id'] });
  });
  it('T42 a duplicate of a delivery that still waits gets the same answer, then a killed worker answers both', async () => {
    const calls = witness.calls.length;
    const first = send('waits', 't42-kill');
    await eventually(
      () => witness.calls.length,
      (made) => made > calls,
    );
    const second = send('waits', 't42-kill', {}, 1);
    await eventually(
      async () => (await hookmill.api('GET', '/requests?workflow=waits&verdict=duplicate')).body['items'] as Json[],
      (found) => found.length === 1,
    );
    process.kill(hookmill.processes.workers[0]!.pid, 'SIGKILL');
    await hookmill.start('worker');
    const answers = await Promise.all([first, second]);
    expect(answers.map(({ status }) => status)).toEqual([500, 500]);
    expect(answers[0]!.execution).toBe(answers[1]!.execution);
  });
});

describe('T11 a crash after the claim', () => {
  it('T11 a delivery whose gateway was killed before it could enqueue runs once, and its retry is told so', async () => {
    await redisCommand(redis.url, 'CLIENT PAUSE 1500 ALL').catch(() => 'paused');
    const first = await send('async', 'claim-crash');
    process.kill(hookmill.processes.gateways[0]!.pid, 'SIGKILL');
    const retry = await send('async', 'claim-crash', {}, 1);
    expect([first.status, retry.status, retry.replayed]).toEqual([200, 200, true]);
    expect(retry.execution).toBe(first.execution);
    await eventually(
      async () => (await executionsOf('async')).filter(({ id }) => id === first.execution),
      (found) => found.length === 1 && found[0]!['status'] === 'resolved',
    );
  });
});

describe('T41 back-pressure', () => {
  it('T41 without Postgres nothing is answered 2xx, and afterwards nothing is lost or doubled', async () => {
    await postgres.kill();
    const away = await Promise.all(Array.from({ length: 20 }, (_, n) => send('async', `away-${n}`, {}, 1)));
    expect(new Set(away.map(({ status }) => status))).toEqual(new Set([503]));
    await postgres.restart();
    await eventually(
      () => send('async', `back-${Math.random()}`, {}, 1),
      ({ status }) => status === 200,
    );
    const again = await Promise.all(Array.from({ length: 20 }, (_, n) => send('async', `away-${n}`, {}, 1)));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(again.map(({ execution }) => execution)).size).toBe(20);
  });
});
