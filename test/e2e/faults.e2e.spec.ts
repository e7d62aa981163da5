import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { AppProcess } from '../../apps/local/src/app-process.js';
import { eventually } from '../support/eventually.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';
import { startRedis } from '../support/start-redis.mjs';
import { startWitness } from '../support/witness.js';
import type { Witness } from '../support/witness.js';

/** Short, so that recovery can be waited for. */
const TIMES = {
  DISPATCH_STRANDED_AFTER: '1s',
  LEASE_TTL: '2s',
  QUEUE_LOCK: '2s',
  DRAIN_TIMEOUT: '6s',
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
};
/** Long enough to be claimed, and shown as started, before it ends. */
const SLOW = 'const end = Date.now() + 1300; while (Date.now() < end); return context.data.n * 2';
const answer = { key: 'answer', type: 'response', config: { status: 201, body: { n: '{{$context.data.n}}' } } };
const call = { key: 'call', type: 'request', config: { url: '{{$context.data.url}}', timeout: 60_000 } };
const workflow = (key: string, trigger: Record<string, Json>, ...nodes: Json[]): Record<string, Json> => ({
  key,
  enabled: true,
  trigger: { type: 'webhook', ...trigger },
  nodes,
});
const DOCUMENTS = [
  workflow('quick', { mode: 'async' }, { key: 'sum', type: 'calculation', config: { expression: '1 + 1' } }),
  workflow('slow', { mode: 'async' }, { key: 'sum', type: 'script', config: { content: SLOW } }),
  workflow('effect', { mode: 'async' }, call),
  workflow('asked', { mode: 'sync', timeout: '20s' }, call, answer),
  workflow('impatient', { mode: 'sync', timeout: '500ms' }, answer),
  workflow('later', { mode: 'sync', timeout: '500ms', onTimeout: 'accept' }, call, answer),
];

describe('when something dies', () => {
  let hookmill: Hookmill;
  let gateway: string;
  let worker: AppProcess;
  let witness: Witness;
  let redis: { url: string; pid: number };
  let sent = 0;
  const directory = mkdtempSync(join(tmpdir(), 'hookmill-faults-'));

  beforeAll(async () => {
    redis = await startRedis({ directory, say: () => undefined });
    hookmill = await startHookmill({ redis: redis.url, env: TIMES });
    gateway = hookmill.gatewayUrls[0]!;
    worker = hookmill.processes.workers[0]!;
    for (const document of DOCUMENTS.slice(1)) await hookmill.api('PUT', `/workflows/${document['key']}`, document);
    await hookmill.apply(DOCUMENTS[0]!);
  }, 90_000);
  afterAll(async () => {
    await hookmill?.stop();
    process.kill(redis.pid);
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);
  beforeEach(async () => {
    witness = await startWitness();
  });
  afterEach(async () => {
    witness.close();
    await nothingIsStuck();
  }, 30_000);

  async function send(key: string, deliveryId = `d-${(sent += 1)}`) {
    const response = await fetch(`${gateway}/api/webhooks/${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': deliveryId },
      body: JSON.stringify({ n: 21, url: witness.url }),
    });
    const text = await response.text();
    const header = (name: string) => response.headers.get(name);
    return { status: response.status, text, execution: header('x-execution-id')!, header };
  }

  const burst = (key: string, count: number) => Promise.all(Array.from({ length: count }, () => send(key)));
  const execution = async (id: string) => (await hookmill.api('GET', `/executions/${id}`)).body;
  const ending = (id: string) =>
    eventually(
      () => execution(id),
      (found) => Boolean(found['endedAt']),
    );
  const called = (times: number) =>
    eventually(
      () => witness.calls.length,
      (calls) => calls === times,
    );

  /** Every execution resolved, its only node recorded once. */
  async function allResolvedOnce(ids: string[]) {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      const found = await ending(id);
      expect([found['status'], (found['nodeRuns'] as Json[]).length]).toEqual(['resolved', 1]);
    }
  }

  async function nothingIsStuck() {
    const open = async () => {
      const [queued, started] = await Promise.all(
        ['queued', 'started'].map((status) => hookmill.api('GET', `/executions?status=${status}`)),
      );
      return [...(queued!.body['items'] as Json[]), ...(started!.body['items'] as Json[])];
    };
    await eventually(open, (found) => found.length === 0, 20_000);
  }

  it('accepts while Redis is down, and runs everything once Redis is back, empty', async () => {
    const url = new URL(redis.url);
    process.kill(redis.pid, 'SIGKILL');
    const answers = await burst('quick', 60);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    redis = await startRedis({ directory, say: () => undefined, port: Number(url.port) });
    await allResolvedOnce(answers.map((found) => found.execution));
  }, 40_000);

  it('ends an execution whose worker was killed in an effect, which is not repeated, and frees its delivery', async () => {
    const waiting = send('asked', 'killed');
    await called(1);
    await worker.stop(true);
    worker = await hookmill.start('worker');
    const first = await waiting;
    expect(first.status).toBe(500);
    const lost = await execution(first.execution);
    expect(lost).toMatchObject({ status: 'retry_needed', reason: 'worker_lost' });
    expect(witness.calls).toHaveLength(1);
    witness.release();
    const again = await send('asked', 'killed');
    expect([again.status, again.text, again.header('idempotent-replayed')]).toEqual([201, '{"n":21}', null]);
    expect(await execution(again.execution)).toMatchObject({ previousExecutionId: first.execution });
    expect(witness.calls).toHaveLength(2);
  }, 40_000);

  it('finishes on another worker what had no effect yet, whether it ran or waited when its worker was killed', async () => {
    const answers = await burst('slow', 6);
    const ids = answers.map((found) => found.execution);
    const states = () => Promise.all(ids.map(async (id) => (await execution(id))['status']));
    await eventually(states, (found) => found.includes('started'));
    await worker.stop(true);
    expect(await states()).toContain('started');
    worker = await hookmill.start('worker');
    await allResolvedOnce(ids);
  }, 60_000);

  it('loses nothing when the gateway is killed right after it answered', async () => {
    const answers = await burst('quick', 100);
    await hookmill.processes.gateways[0]!.stop(true);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await allResolvedOnce(answers.map((found) => found.execution));
    gateway = (await hookmill.start('gateway')).url;
  }, 40_000);

  it('answers 408 without a worker, and a retry gets the reply of the execution that a later worker ran', async () => {
    await worker.stop();
    const late = await send('impatient', 'early');
    expect(late.status).toBe(408);
    worker = await hookmill.start('worker');
    await ending(late.execution);
    const retried = await send('impatient', 'early');
    expect([retried.status, retried.text, retried.execution]).toEqual([201, '{"n":21}', late.execution]);
    expect(retried.header('idempotent-replayed')).toBe('true');
  }, 40_000);

  it('tells a sender that may come back where its answer will be, and nobody with another token', async () => {
    const accepted = await send('later');
    expect(accepted.status).toBe(202);
    const { pathname, search } = new URL(accepted.header('location')!);
    const look = async (query = search) => {
      const response = await fetch(gateway + pathname + query);
      return { status: response.status, text: await response.text() };
    };
    expect((await look()).status).toBe(202);
    const last = search.at(-1) === 'A' ? 'B' : 'A';
    for (const changed of [search.slice(0, -6) + last + search.slice(-5), '', '?token=x'])
      expect((await look(changed)).status).toBe(403);
    witness.release();
    expect(await eventually(look, ({ status }) => status !== 202)).toEqual({ status: 201, text: '{"n":21}' });
  }, 40_000);

  it('stops a worker at the next node boundary, and another one goes on from there', async () => {
    const [slow, asked] = [await send('slow'), send('asked')];
    await called(1);
    const stopped = worker.stop();
    setTimeout(() => witness.release(), 300);
    await stopped;
    expect(await worker.ended).toContain('ended with exit code 0');
    worker = await hookmill.start('worker');
    const answered = await asked;
    expect([answered.status, answered.text]).toEqual([201, '{"n":21}']);
    expect(await ending(slow.execution)).toMatchObject({ status: 'resolved' });
    expect(witness.calls).toHaveLength(1);
  }, 40_000);

  it('hands on what does not end in time, and stops within DRAIN_TIMEOUT', async () => {
    const { execution: id } = await send('effect');
    await called(1);
    const next = await hookmill.start('worker');
    await worker.stop();
    // A process that is not done by DRAIN_TIMEOUT exits with 1.
    expect(await worker.ended).toContain('ended with exit code 0');
    worker = next;
    expect(await ending(id)).toMatchObject({ status: 'retry_needed', reason: 'worker_lost' });
    expect(witness.calls).toHaveLength(1);
  }, 40_000);

  it('answers a waiting sender before the gateway stops', async () => {
    const stopping = await hookmill.start('gateway');
    gateway = stopping.url;
    const waiting = [send('asked'), send('asked')];
    await called(2);
    const stopped = stopping.stop();
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual([408, 408]);
    await stopped;
    expect(await stopping.ended).toContain('ended with exit code 0');
    witness.release();
    for (const found of answers) expect(await ending(found.execution)).toMatchObject({ status: 'resolved' });
  }, 40_000);
});
