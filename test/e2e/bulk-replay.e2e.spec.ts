import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { Storage } from '#storage';
import { openTestStorage } from '#storage/testing';
import { eventually } from '../support/eventually.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';

const REQUESTS = 1_000;
const AT_ONCE = 50;

/** What the queue thinks of a dead worker is noticed within seconds. */
const ENV = { LEASE_TTL: '2s', QUEUE_LOCK: '2s', DISPATCH_STRANDED_AFTER: '1s' };

const ORDERS: Record<string, Json> = {
  key: 'orders',
  enabled: true,
  trigger: { type: 'webhook', mode: 'async' },
  nodes: [{ key: 'order', type: 'output', config: { value: '{{$context.data.order}}' } }],
};

describe.each([
  { queue: 'Redis', redis: true },
  { queue: 'Postgres', redis: false },
])('a bulk replay, with the queue on $queue', ({ redis }) => {
  let hookmill: Hookmill;
  /** The database itself: it answers while nothing else lives. */
  let storage: Storage;

  beforeAll(async () => {
    hookmill = await startHookmill({ redis, env: ENV });
    storage = await openTestStorage(hookmill.databaseUrl);
    await hookmill.apply(ORDERS);
    await receive(REQUESTS);
  }, 90_000);
  afterAll(async () => {
    await storage?.close();
    await hookmill?.stop();
  }, 60_000);

  async function receive(count: number): Promise<void> {
    let next = 0;
    const sender = async () => {
      for (let order = next++; order < count; order = next++) {
        const { status } = await fetch(`${hookmill.gatewayUrls[0]}/api/webhooks/orders`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `order-${order}` },
          body: JSON.stringify({ order }),
        });
        if (status !== 200) throw new Error(`The gateway answered ${status}.`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  }

  /** Ids of everything a list of storage has. */
  async function readAll<T>(list: (cursor: string | null) => Promise<{ items: T[]; nextCursor: string | null }>) {
    const all: T[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const page = await list(cursor);
      all.push(...page.items);
      cursor = page.nextCursor;
      more = cursor !== null;
    }
    return all;
  }
  const executions = () =>
    readAll((cursor) => storage.history.listExecutions({ workflow: 'orders', limit: 1_000, cursor }));
  const accepted = () =>
    readAll((cursor) =>
      storage.history.listRequests({ workflow: 'orders', verdict: 'accepted', limit: 1_000, cursor }),
    );
  const allEnded = () => eventually(executions, (found) => found.every(({ endedAt }) => endedAt !== null), 30_000);

  async function ask(rate: number): Promise<string> {
    const body = { requests: { workflow: 'orders' }, rate };
    expect((await hookmill.api('POST', '/replays', { ...body, dryRun: true })).body).toEqual({ count: REQUESTS });
    const answer = await hookmill.api('POST', '/replays', body);
    expect([answer.status, answer.body['total']]).toEqual([201, REQUESTS]);
    return String(answer.body['id']);
  }

  it('of 1,000 requests, its worker and admin killed in the middle, ends with 1,000 executions', async () => {
    const port = Number(new URL(hookmill.adminUrl).port);
    const id = await ask(1_000);
    for (let started = 0; started < 100;) started = (await storage.replays.find(id))!.started;
    process.kill(hookmill.processes.workers[0]!.pid, 'SIGKILL');
    process.kill(hookmill.processes.admin.pid, 'SIGKILL');
    await Promise.all([hookmill.processes.workers[0]!.ended, hookmill.processes.admin.ended]);

    const left = (await storage.replays.find(id))!;
    expect(left.status).toBe('running');
    expect(left.started).toBeGreaterThanOrEqual(100);
    expect(left.started).toBeLessThan(900);
    expect(await executions()).toHaveLength(REQUESTS + left.started);

    await Promise.all([hookmill.start('worker'), hookmill.start('worker'), hookmill.start('admin', { port })]);
    const done = await eventually(
      () => storage.replays.find(id),
      (replay) => replay!.status !== 'running',
      20_000,
    );
    expect(done).toMatchObject({ status: 'done', started: REQUESTS, reasons: [], error: null });

    const found = await allEnded();
    expect(found.map(({ status }) => status)).toEqual(found.map(() => 'resolved'));
    const requests = await accepted();
    const perRequest = new Map<string, number>();
    for (const { requestId } of found) perRequest.set(requestId!, (perRequest.get(requestId!) ?? 0) + 1);
    expect(requests).toHaveLength(REQUESTS);
    expect(requests.map((request) => perRequest.get(request.id))).toEqual(requests.map(() => 2));
    // A request keeps naming its first execution, and the sender's next delivery is still a duplicate of it.
    const first = requests[0]!;
    const again = await fetch(`${hookmill.gatewayUrls[0]}/api/webhooks/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': first.deliveryId! },
      body: '{}',
    });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('x-execution-id')).toBe(first.executionId);
    const replayed = (await storage.history.findExecution(found.find((one) => one.requestId === first.id)!.id))!;
    const { order } = JSON.parse(replayed.request!.body.toString()) as { order: number };
    expect([replayed.replayId, replayed.output]).toEqual([id, order]);
  }, 60_000);

  it('that is canceled leaves what it started, which ends, and starts nothing more', async () => {
    const before = (await allEnded()).length;
    const id = await ask(100);
    for (let started = 0; started === 0;) started = (await storage.replays.find(id))!.started;
    const canceled = await hookmill.api('POST', `/replays/${id}/cancel`);
    expect([canceled.status, canceled.body['status']]).toEqual([200, 'canceled']);
    const { started } = (await storage.replays.find(id))!;
    expect(started).toBeLessThan(REQUESTS);
    const found = await allEnded();
    expect(found).toHaveLength(before + started);
    expect((await storage.replays.find(id))!).toMatchObject({ status: 'canceled', started });
  }, 60_000);
});
