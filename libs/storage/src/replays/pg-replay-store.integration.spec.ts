import { newId } from '#shared';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { LoggedRequest, Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  sampleNodeRun,
  sampleOutcome,
  saveSampleWorkflow,
  type TestDatabase,
} from '../testing/index.js';
import type { PumpResult, ReplayDecider, ReplaySelection, RequestSelection } from './contract.js';

let database: TestDatabase;
let storage: Storage;
let other: Storage;
let client: pg.Client;
let key: string;
let ids: { workflowId: number; versionId: number };
let workflows = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  other = await openTestStorage(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await Promise.all([storage?.close(), other?.close()]);
  await database?.drop();
});

beforeEach(async () => {
  await client.query(`update replays set status = 'canceled' where status in ('queued', 'running')`);
  key = `replayed-${++workflows}`;
  ids = await saveSampleWorkflow(storage, { key });
});

const all: ReplayDecider = {
  screen: async () => ({ outcome: 'started' }),
  plan: async () => ({ kind: 'planned', restored: [] }),
};

async function accept(count: number): Promise<string[]> {
  const accepted = Array.from({ length: count }, () => sampleAccept({ ...ids, dedupKey: newId() }));
  await Promise.all(accepted.map((one) => storage.acceptor.accept(one)));
  return accepted.map(({ request }) => request.id).sort();
}

async function fail(count: number, status: 'failed' | 'error' = 'failed'): Promise<string[]> {
  const accepted = Array.from({ length: count }, () => sampleAccept(ids));
  await Promise.all(accepted.map((one) => storage.acceptor.accept(one)));
  const executions = accepted.map(({ executionId }) => executionId).sort();
  await Promise.all(executions.map((id) => storage.executions.recordOutcome(sampleOutcome(id, { status }))));
  return executions;
}

const requestsOf = (filter: Partial<RequestSelection> = {}): ReplaySelection => ({
  kind: 'requests',
  filter: { workflow: key, verdict: 'accepted', ...filter },
});
const executionsOf = (more: Partial<Extract<ReplaySelection, { kind: 'executions' }>> = {}): ReplaySelection => ({
  ...{ kind: 'executions', filter: { workflow: key }, fromNode: null, version: 'same' },
  ...more,
});

async function create(selection: ReplaySelection = requestsOf(), rate = 10_000): Promise<string> {
  const id = newId();
  await storage.replays.create({ ...selection, id, rate, createdBy: 'ann', idempotencyKey: null });
  return id;
}

/** Pumps until the replay ended; the batches that came. */
async function finish(decider = all, batch = 100): Promise<Extract<PumpResult, { kind: 'pumped' }>[]> {
  const batches: Extract<PumpResult, { kind: 'pumped' }>[] = [];
  for (;;) {
    const result = await storage.replays.pump(batch, decider);
    if (result.kind === 'pumped') batches.push(result);
    if (result.kind === 'pumped' && result.ended) return batches;
  }
}

const rows = async (text: string, ...values: unknown[]) => (await client.query(text, values)).rows;
const executionsOn = (requestIds: string[]) =>
  rows('select * from executions where request_id = any($1) order by request_id, id', requestIds);
const membersOf = (id: string) =>
  rows('select member_id, execution_id, outcome, reason from replay_members where replay_id = $1 order by 1', id);

describe('a replay of requests', () => {
  it('starts each accepted one again, once, on its request and nothing else', async () => {
    const requests = await accept(7);
    const id = await create();
    expect(await storage.replays.find(id)).toMatchObject({ status: 'queued', total: 7, started: 0, createdBy: 'ann' });
    const batches = await finish(all, 3);
    expect(batches.map(({ members, ended }) => [members, ended])).toEqual([
      ...[3, 3, 1].map((members) => [members, false]),
      [0, true],
    ]);
    expect(await storage.replays.find(id)).toMatchObject({ status: 'done', started: 7, reasons: [], error: null });
    const executions = await executionsOn(requests);
    expect(executions).toHaveLength(14);
    const started = new Set(batches.flatMap((batch) => batch.started.map((one) => one.id)));
    const fresh = executions.filter((execution) => started.has(execution.id));
    expect(fresh.map((execution) => execution.request_id)).toEqual(requests);
    for (const execution of fresh) {
      expect(execution).toMatchObject({
        ...{ workflow_id: ids.workflowId, version_id: ids.versionId, status: 'queued', attempt: 0, mode: 'async' },
        ...{ dedup_id: null, reply_to: null, previous_execution_id: null, stack: null },
      });
    }
    const detail = await storage.history.findExecution(fresh[0].id);
    expect([detail!.replayId, detail!.request!.body.toString()]).toEqual([id, '{"a":1}']);
    const first = executions.find((execution) => !started.has(execution.id));
    expect((await storage.history.findExecution(first.id))!.replayId).toBeNull();
  });

  it('leaves what came after it was asked for', async () => {
    await accept(2);
    const id = await create();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const later = await accept(2);
    await finish();
    expect(await storage.replays.find(id)).toMatchObject({ total: 2, started: 2 });
    expect(await executionsOn(later)).toHaveLength(2);
  });

  it('runs the version that is current when its turn comes, and skips a workflow that is off or archived', async () => {
    const requests = await accept(2);
    const id = await create(requestsOf(), 1);
    const next = await saveSampleWorkflow(storage, { key, contentHash: 'hash-2' });
    const seen: (number | null)[] = [];
    const noting: ReplayDecider = {
      ...all,
      screen: async ({ versionId }) => {
        seen.push(versionId);
        return { outcome: 'started' };
      },
    };
    await storage.replays.pump(1, noting);
    expect(seen).toEqual([next.versionId]);
    await storage.workflows.setEnabled(key, false);
    await client.query('update replays set next_at = now() where id = $1', [id]);
    await storage.replays.pump(1, noting);
    expect(await membersOf(id)).toMatchObject([
      { member_id: requests[0], outcome: 'started' },
      { member_id: requests[1], outcome: 'skipped', reason: 'workflow_disabled', execution_id: null },
    ]);
    await storage.workflows.archive(key);
    const archived = await create();
    await finish(noting);
    expect(await storage.replays.find(archived)).toMatchObject({
      ...{ skipped: 2, reasons: [{ outcome: 'skipped', reason: 'no_version', count: 2 }] },
    });
    expect(seen).toHaveLength(1);
  });

  it('keeps what the current version does not take apart, and starts nothing for it', async () => {
    const requests = await accept(3);
    const id = await create();
    await finish({
      ...all,
      screen: async ({ request }) => {
        if (request.id === requests[0]) return { outcome: 'filtered', reason: 'filter' };
        return request.id === requests[1] ? { outcome: 'refused', reason: 'invalid_body' } : { outcome: 'started' };
      },
    });
    expect(await storage.replays.find(id)).toMatchObject({ started: 1, filtered: 1, refused: 1 });
    expect(await executionsOn(requests)).toHaveLength(4);
  });

  const logged = (changes: Partial<LoggedRequest>): LoggedRequest => ({
    ...{ id: newId(), receivedAt: new Date(), workflowId: ids.workflowId, verdict: 'refused', gate: 15 },
    ...{ reason: 'invalid_body', httpStatus: 400, method: 'POST', url: '/x', ip: '192.0.2.1', rawHeaders: [] },
    ...{ body: Buffer.from('{}'), content: null, deliveryId: null, secretName: null, latencyMs: 1 },
    ...changes,
  });

  it('takes refused ones only when they had passed verification and were kept whole', async () => {
    const good = [logged({}), logged({ gate: 14, reason: 'malformed_body' }), logged({ body: Buffer.alloc(0) })];
    const bad = [
      logged({ gate: 12, reason: 'invalid_signature' }),
      logged({ gate: 16, reason: 'storage_unavailable' }),
      logged({ body: null }),
      logged({ workflowId: null, gate: 15 }),
      logged({ verdict: 'handshake', gate: 13, reason: null }),
    ];
    for (const entry of [...good, ...bad]) storage.requestLog.write(entry);
    await storage.requestLog.flush();
    const found = await Promise.all([...good, ...bad].map((entry) => storage.replays.findReplayable(entry.id)));
    expect(found.map((one) => (typeof one === 'string' ? one : one.request.id))).toEqual([
      ...good.map((entry) => entry.id),
      ...bad.map(() => 'not_replayable'),
    ]);
    expect(await storage.replays.count(requestsOf({ verdict: 'refused' }))).toBe(3);
    expect(await storage.replays.count(requestsOf())).toBe(0);
  });

  it('finds by delivery id and time, hostile text among it', async () => {
    const [first, second] = await accept(2);
    const times = await rows('select received_at, delivery_id from requests where id = $1', second);
    expect(await storage.replays.count(requestsOf({ deliveryId: times[0].delivery_id }))).toBe(1);
    expect(await storage.replays.count(requestsOf({ deliveryId: "\u0000' or true --" }))).toBe(0);
    expect(await storage.replays.count(requestsOf({ workflow: '__proto__' }))).toBe(0);
    expect(await storage.replays.count(requestsOf({ from: new Date(Date.now() + 60_000) }))).toBe(0);
    expect(await storage.replays.count(requestsOf({ to: new Date(0) }))).toBe(0);
    expect(first! < second!).toBe(true);
  });

  it('runs one on its own, as a replay that is done, and not one that is gone', async () => {
    const [request] = await accept(1);
    const candidate = await storage.replays.findReplayable(request!);
    if (typeof candidate === 'string') throw new Error(candidate);
    const started = await storage.replays.startOne(candidate, 'ann');
    const { replayId } = (await storage.history.findExecution(started!.id))!;
    expect(await storage.replays.find(replayId!)).toMatchObject({
      ...{ status: 'done', total: 1, started: 1, filter: { request }, createdBy: 'ann' },
    });
    expect(await storage.history.deleteRequest(request!)).toBe('open');
    await client.query('delete from requests where id = $1', [request]);
    expect(await storage.replays.startOne(candidate, 'ann')).toBeNull();
    expect(await storage.replays.findReplayable(request!)).toBe('unknown');
    expect(await storage.replays.findReplayable('none')).toBe('unknown');
  });
});

describe('a batch of a replay', () => {
  it('happens whole or not at all: a fault in the middle leaves nothing but its words', async () => {
    const requests = await accept(4);
    const id = await create();
    const failing: ReplayDecider = {
      ...all,
      screen: async ({ request }) => {
        if (request.id === requests[2]) throw new Error('this release does not know a node');
        return { outcome: 'started' };
      },
    };
    await expect(storage.replays.pump(10, failing)).rejects.toThrow('does not know');
    expect(await executionsOn(requests)).toHaveLength(4);
    expect(await membersOf(id)).toEqual([]);
    expect(await storage.replays.find(id)).toMatchObject({
      ...{ status: 'queued', started: 0, error: 'this release does not know a node' },
    });
    expect(await storage.replays.pump(10, all)).toMatchObject({ kind: 'idle', dueInMs: expect.any(Number) });
    await client.query('update replays set next_at = now() where id = $1', [id]);
    await finish();
    expect(await storage.replays.find(id)).toMatchObject({ status: 'done', started: 4, error: null });
  });

  it('is undone when its process dies, and another one goes on at the same place', async () => {
    const requests = await accept(6);
    const id = await create();
    const dying = await openTestStorage(database.url, { applicationName: 'dying' });
    await dying.replays.pump(2, all);
    let batches = 0;
    const killed: ReplayDecider = {
      ...all,
      screen: async () => {
        batches += 1;
        if (batches === 2) {
          await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dying'`);
        }
        return { outcome: 'started' };
      },
    };
    await expect(dying.replays.pump(2, killed)).rejects.toThrow();
    await dying.close();
    expect((await membersOf(id)).map(({ member_id }) => member_id)).toEqual(requests.slice(0, 2));
    await client.query('update replays set next_at = now() where id = $1', [id]);
    await finish(all, 2);
    expect(await storage.replays.find(id)).toMatchObject({ status: 'done', started: 6 });
    expect(await executionsOn(requests)).toHaveLength(12);
  });

  it('is made by one process at a time: two that pump without pause start each request once', async () => {
    const requests = await accept(60);
    const id = await create();
    const pump = async (of: Storage) => {
      while ((await storage.replays.find(id))!.status !== 'done') await of.replays.pump(4, all);
    };
    await Promise.all([pump(storage), pump(other), pump(storage)]);
    expect(await storage.replays.find(id)).toMatchObject({ started: 60, total: 60 });
    const executions = await executionsOn(requests);
    expect(executions).toHaveLength(120);
    expect(await membersOf(id)).toHaveLength(60);
  });

  it('is held by one process while the other finds nothing to do', async () => {
    await accept(2);
    await create();
    let seen: PumpResult | undefined;
    await storage.replays.pump(2, {
      ...all,
      screen: async () => {
        seen ??= await other.replays.pump(2, all);
        return { outcome: 'started' };
      },
    });
    expect(seen).toEqual({ kind: 'idle', dueInMs: null });
  });

  it('starts nothing for a member there is already', async () => {
    const requests = await accept(3);
    const id = await create();
    const member = `insert into replay_members (replay_id, member_id, outcome) values ($1, $2, 'started')`;
    await client.query(member, [id, requests[1]]);
    await finish();
    expect(await storage.replays.find(id)).toMatchObject({ started: 2 });
    expect(await executionsOn(requests)).toHaveLength(5);
  });

  it('comes at the rate of the replay, whoever asks', async () => {
    await accept(3);
    const id = await create(requestsOf(), 2);
    expect(await storage.replays.pump(100, all)).toMatchObject({ kind: 'pumped', members: 1 });
    const [{ due }] = await rows(
      'select extract(epoch from next_at - started_at)::float8 as due from replays where id = $1',
      id,
    );
    expect(due).toBeCloseTo(0.5, 3);
    expect(await other.replays.pump(100, all)).toMatchObject({ kind: 'idle' });
    expect(await membersOf(id)).toHaveLength(1);
  });

  it('counts a request that was deleted between two statements as gone', async () => {
    const requests = await accept(2);
    const id = await create(requestsOf(), 4);
    // Holds the row as who deletes it does: the batch waits, and then finds it gone.
    await client.query('begin');
    await client.query('delete from requests where id = $1', [requests[0]]);
    const pumping = storage.replays.pump(10, all);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.query('commit');
    await pumping;
    expect(await membersOf(id)).toMatchObject([{ member_id: requests[0], outcome: 'gone', reason: 'no_request' }]);
    expect(await executionsOn([requests[0]!])).toHaveLength(1);
  });

  it('holds no more than 8 MB of bodies, and one that is larger by itself', async () => {
    const bodies = [3, 3, 9, 1].map((megabytes) => Buffer.alloc(megabytes * 1024 ** 2, '1'));
    for (const body of bodies) await storage.acceptor.accept(sampleAccept({ ...ids, request: { body } }));
    await create();
    expect((await finish()).map(({ members }) => members)).toEqual([3, 1, 0]);
  });
});

describe('a replay that is canceled', () => {
  it('leaves what it started and starts nothing more', async () => {
    const requests = await accept(4);
    const id = await create(requestsOf(), 4);
    await storage.replays.pump(1, all);
    expect(await storage.replays.cancel(id)).toBe('canceled');
    expect(await storage.replays.cancel(id)).toBe('ended');
    expect(await storage.replays.cancel(newId())).toBe('unknown');
    expect(await storage.replays.cancel('none')).toBe('unknown');
    expect(await storage.replays.pump(1, all)).toEqual({ kind: 'idle', dueInMs: null });
    expect(await storage.replays.find(id)).toMatchObject({ status: 'canceled', started: 1, endedAt: expect.any(Date) });
    expect(await executionsOn(requests)).toHaveLength(5);
  });

  it('waits for the batch under way', async () => {
    await accept(2);
    const id = await create();
    let canceling: Promise<string> | undefined;
    await storage.replays.pump(2, {
      ...all,
      screen: async () => {
        canceling ??= other.replays.cancel(id);
        return { outcome: 'started' };
      },
    });
    expect(await canceling).toBe('canceled');
    expect(await storage.replays.find(id)).toMatchObject({ status: 'canceled', started: 2 });
  });
});

describe('a replay of executions', () => {
  it('retries what did not resolve, linked to the old one, and never what it started itself', async () => {
    const failed = await fail(3);
    const errors = await fail(1, 'error');
    await accept(2);
    expect(await storage.replays.count(executionsOf())).toBe(4);
    const onlyErrors = executionsOf({ filter: { workflow: key, status: 'error' } });
    expect(await storage.replays.count(onlyErrors)).toBe(1);
    const id = await create(executionsOf());
    // A clock that is far ahead of those who start: all new ids are in its range.
    await client.query(`update replays set bound = 'ffffffff-ffff-ffff-ffff-ffffffffffff' where id = $1`, [id]);
    const batches: unknown[] = [];
    for (let ended = false; !ended;) {
      const result = await storage.replays.pump(2, all);
      if (result.kind === 'idle') continue;
      batches.push(result.members);
      ended = result.ended;
      const endings = result.started.map((one) => sampleOutcome(one.id, { status: 'failed' }));
      await Promise.all(endings.map((ending) => storage.executions.recordOutcome(ending)));
    }
    expect(batches).toEqual([2, 2, 0]);
    const retries = await rows(
      'select previous_execution_id from executions where previous_execution_id = any($1) order by 1',
      [...failed, ...errors],
    );
    expect(retries.map((row) => row.previous_execution_id)).toEqual([...failed, ...errors].sort());
  });

  it('takes over the visits before a node, and says why one was left out', async () => {
    const [kept, noNode, never, gone] = await fail(4);
    const plans = new Map<string, Awaited<ReturnType<ReplayDecider['plan']>>>([
      [kept!, { kind: 'planned', restored: [sampleNodeRun({ nodeKey: 'a' })] }],
      [noNode!, { kind: 'no_node' }],
      [never!, { kind: 'not_visited' }],
      [gone!, { kind: 'unknown' }],
    ]);
    const id = await create(executionsOf({ fromNode: 'b', version: 'current' }));
    const asked: unknown[] = [];
    const [batch] = await finish({
      ...all,
      plan: async (execution, node, version) => {
        asked.push([node, version]);
        return plans.get(execution)!;
      },
    });
    expect(asked).toEqual(Array.from({ length: 4 }, () => ['b', 'current']));
    expect(batch!.started).toMatchObject([{ attempt: 1 }]);
    const { runs } = await storage.executions.loadJournal(batch!.started[0]!.id);
    expect(runs.map((run) => run.nodeKey)).toEqual(['a']);
    expect(await membersOf(id)).toMatchObject([
      { member_id: kept, outcome: 'started', execution_id: batch!.started[0]!.id, reason: null },
      { member_id: noNode, outcome: 'skipped', reason: 'no_node', execution_id: null },
      { member_id: never, outcome: 'skipped', reason: 'not_visited' },
      { member_id: gone, outcome: 'gone', reason: 'unknown' },
    ]);
  });

  it('leaves out one whose request was deleted, and those of an archived workflow', async () => {
    const [first] = await fail(1);
    await client.query('delete from requests where id = (select request_id from executions where id = $1)', [first]);
    const id = await create(executionsOf());
    await finish();
    expect(await membersOf(id)).toMatchObject([{ outcome: 'gone', reason: 'no_request' }]);
    await fail(1);
    await storage.workflows.archive(key);
    const archived = await create(executionsOf());
    await finish();
    expect((await membersOf(archived)).map(({ reason }) => reason)).toEqual(['no_version', 'no_version']);
  });
});

describe('asking for a replay', () => {
  it('twice with one idempotency key makes one, also at the same moment', async () => {
    await accept(1);
    const ask = (of: Storage) =>
      of.replays.create({ ...requestsOf(), id: newId(), rate: 5, createdBy: 'ann', idempotencyKey: key });
    const asked = await Promise.all([ask(storage), ask(other), ask(storage), ask(other)]);
    expect(new Set(asked.map(({ replay }) => replay.id)).size).toBe(1);
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  it('is remembered as it was asked, newest first', async () => {
    const from = new Date('2026-01-01T00:00:00Z');
    const first = await create(requestsOf({ from, deliveryId: 'd' }));
    const second = await create(executionsOf({ fromNode: 'n', version: 'current' }));
    expect(await storage.replays.find(first)).toMatchObject({
      ...{ kind: 'requests', fromNode: null, version: 'current' },
      filter: { workflow: key, verdict: 'accepted', deliveryId: 'd', from: from.toISOString() },
    });
    const page = await storage.replays.list(1, null);
    expect(page.items).toMatchObject([{ id: second, kind: 'executions', fromNode: 'n', version: 'current' }]);
    const next = await storage.replays.list(1, page.nextCursor);
    expect(next.items.map(({ id }) => id)).toEqual([first]);
    expect(await storage.replays.find(newId())).toBeNull();
    expect(await storage.replays.find('none')).toBeNull();
  });
});

describe('the retention of replays', () => {
  it('deletes those that ended long ago with their members, and no others', async () => {
    await accept(3);
    const past = await create();
    await finish();
    const open = await create();
    await client.query(`update replays set ended_at = now() - interval '40 days' where id = $1`, [past]);
    const options = { retentionMs: 30 * 86_400_000, batch: 2, signal: new AbortController().signal };
    expect((await storage.maintenance.prune(options))!.rows).toBeGreaterThanOrEqual(4);
    expect([await storage.replays.find(past), await membersOf(past)]).toEqual([null, []]);
    expect(await storage.replays.find(open)).not.toBeNull();
  });
});
