import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Database } from '../connection/database.js';
import type { PruneOptions } from '../contract.js';
import { PARTITIONED_TABLES } from '../partitions/partitioned-tables.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PgMaintenanceStore } from './pg-maintenance-store.js';
import {
  insertPast,
  insertPastRequest,
  makePastDay,
  pastDay,
  pastId,
  type PastExecution,
} from './testing/past-rows.js';

const DAY_MS = 86_400_000;

let database: TestDatabase;
let pool: Database;
let client: pg.Client;
let store: PgMaintenanceStore;

beforeEach(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  pool = new Database({ databaseUrl: database.url, applicationName: 'test', poolSize: 2, statementTimeoutMs: 5000 });
  store = new PgMaintenanceStore(pool, database.url);
});

afterEach(async () => {
  await pool?.close();
  await client?.end();
  await database?.drop();
});

/** 30 days, unless stated. */
const prune = (options: Partial<PruneOptions> = {}) =>
  store.prune({ retentionMs: 30 * DAY_MS, batch: 100, signal: new AbortController().signal, ...options });

async function workflow(id: number, retention?: string): Promise<number> {
  const document = { title: 'a\0b', options: retention === undefined ? {} : { retention }, nodes: [] };
  await client.query(`insert into workflows (id, key, mode, current_version_id) values ($1, $2, 'async', $1)`, [
    id,
    `w-${id}`,
  ]);
  await client.query(
    `insert into workflow_versions (id, workflow_id, number, document, content_hash, schema_version)
      values ($1, $1, 1, $2, '', 1)`,
    [id, JSON.stringify(document)],
  );
  return id;
}

const ended = (workflowId: number | null, daysAgo: number, more: Partial<PastExecution> = {}) =>
  insertPast(client, { workflowId, daysAgo, status: 'failed', ...more });

async function ids(table: string, column: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(`select distinct ${column} as id from ${table} order by 1`);
  return rows.map(({ id }) => id);
}

/** Executions that are left; fails when another table holds parts of others. */
async function left(): Promise<string[]> {
  const executions = await ids('executions', 'id');
  for (const table of ['execution_results', 'execution_inputs', 'node_runs']) {
    expect([table, await ids(table, 'execution_id')]).toEqual([table, executions]);
  }
  return executions;
}

async function partitionsOf(daysAgo: number): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relname like $1 order by 1`,
    [`%\\_${pastDay(daysAgo)}`],
  );
  return rows.map(({ name }) => name);
}

const everyTable = (daysAgo: number) => PARTITIONED_TABLES.map(({ table }) => `${table}_${pastDay(daysAgo)}`).sort();

describe('a day past every retention', () => {
  it('is dropped with all its tables, and no day that is younger', async () => {
    const id = await workflow(1);
    for (const day of [28, 40]) await makePastDay(client, day);
    const [young, old] = [await ended(id, 28), await ended(id, 40)];
    const result = await prune();
    expect(result).toEqual({ rows: 0, partitions: expect.anything(), postponed: [] });
    expect(result!.partitions.toSorted()).toEqual(everyTable(40));
    expect(await partitionsOf(40)).toEqual([]);
    expect(await partitionsOf(28)).toEqual(everyTable(28));
    expect(await left()).toEqual([young.id]);
    expect(await ids('requests', 'id')).toEqual([young.requestId]);
    expect(old.id).not.toBe(young.id);
  });

  it.each(['queued', 'started'])('stays while an execution of it is %s, without the ended ones', async (status) => {
    const id = await workflow(1);
    await makePastDay(client, 40);
    await ended(id, 40);
    const open = await ended(id, 40, { status });
    expect(await prune()).toMatchObject({ rows: 2, partitions: [] });
    expect(await left()).toEqual([open.id]);
    expect(await ids('requests', 'id')).toEqual([open.requestId]);
    await client.query(`update executions set status = 'resolved' where id = $1`, [open.id]);
    expect((await prune())!.partitions.toSorted()).toEqual(everyTable(40));
  });

  it('keeps its requests while a retry of today needs one of them', async () => {
    const id = await workflow(1);
    await makePastDay(client, 40);
    const old = await ended(id, 40);
    await insertPastRequest(client, id, pastId(40));
    const retry = await ended(id, 0, { status: 'queued', requestId: old.requestId });
    const result = await prune();
    expect(result).toMatchObject({ rows: 1, postponed: [] });
    expect(await partitionsOf(40)).toEqual([`requests_${pastDay(40)}`]);
    expect(await ids('requests', 'id')).toEqual([old.requestId]);
    expect(await left()).toEqual([retry.id]);
  });

  it('waits for the longest retention that a workflow asks for', async () => {
    const [short, long] = [await workflow(1), await workflow(2, '90d')];
    await makePastDay(client, 40);
    await ended(short, 40);
    const kept = await ended(long, 40);
    expect(await prune()).toMatchObject({ rows: 2, partitions: [] });
    expect(await left()).toEqual([kept.id]);
    await client.query(`update workflows set archived_at = now(), current_version_id = null where id = $1`, [long]);
    expect((await prune())!.partitions.toSorted()).toEqual(everyTable(40));
  });

  it.each([
    ['executions', everyTable(40)],
    ['node_runs', [`node_runs_${pastDay(40)}`, `requests_${pastDay(40)}`]],
  ])('is left for another time where %s is in use, and not deleted row by row', async (table, later) => {
    const id = await workflow(1);
    for (const day of [40, 39]) await makePastDay(client, day);
    await ended(id, 40);
    await client.query('begin');
    await client.query(`select count(*) from ${table}`);
    const result = await prune();
    await client.query('commit');
    const dropped = everyTable(40).filter((name) => !later.includes(name));
    expect(result).toEqual({ rows: 0, partitions: expect.anything(), postponed: [`${table}_${pastDay(40)}`] });
    expect(result!.partitions.toSorted()).toEqual(dropped);
    expect((await prune())!.partitions.toSorted()).toEqual([...later, ...everyTable(39)].sort());
  });

  it('is the same for rows that lie in the default partition', async () => {
    const id = await workflow(1);
    const open = await ended(id, 40, { status: 'started' });
    await ended(id, 40);
    expect(await prune()).toEqual({ rows: 2, partitions: [], postponed: [] });
    expect(await left()).toEqual([open.id]);
  });
});

describe('a shorter retention', () => {
  it('counts for the workflow that has it, to the moment', async () => {
    const [short, usual] = [await workflow(1, '36h'), await workflow(2)];
    const kept = [await ended(usual, 3), await ended(short, 1.4)].map(({ id }) => id);
    await ended(short, 1.6);
    await ended(short, 3);
    expect(await prune()).toMatchObject({ rows: 4 });
    expect(await left()).toEqual(kept);
    expect(await ids('requests', 'id')).toHaveLength(2);
  });

  it('of the instance counts for workflows without one, and for requests that found no workflow', async () => {
    const [usual, long] = [await workflow(1), await workflow(2, '60d')];
    const kept = await ended(long, 40);
    await ended(usual, 40);
    await insertPastRequest(client, null, pastId(40));
    const stray = pastId(20);
    await insertPastRequest(client, null, stray);
    expect(await prune()).toMatchObject({ rows: 3 });
    expect(await left()).toEqual([kept.id]);
    expect(await ids('requests', 'id')).toEqual([kept.requestId, stray]);
  });

  it('goes in batches, past executions that are open', async () => {
    const short = await workflow(1, '1d');
    const open: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      const { id } = await ended(short, 4 - n / 10, { status: n % 4 === 0 ? 'started' : 'resolved' });
      if (n % 4 === 0) open.push(id);
    }
    expect(await prune({ batch: 2 })).toMatchObject({ rows: 18 });
    expect(await left()).toEqual(open);
  });

  it('that nobody can read is none', async () => {
    const odd = await workflow(1, 'for ever');
    await ended(odd, 20);
    expect(await prune()).toMatchObject({ rows: 0 });
    await ended(odd, 40);
    expect(await prune()).toMatchObject({ rows: 2 });
  });
});

describe('a pass', () => {
  it('leaves a request alone that a retry is taking just now', async () => {
    const short = await workflow(1, '1d');
    const { requestId } = await ended(short, 3);
    await client.query('begin');
    await client.query('select 1 from requests where id = $1 for key share', [requestId]);
    await prune();
    await client.query('commit');
    expect(await ids('requests', 'id')).toEqual([requestId]);
  });

  it('is made by one process at a time', async () => {
    const short = await workflow(1, '1d');
    await ended(short, 3);
    await client.query('select pg_advisory_lock(4811006)');
    expect(await prune()).toBeNull();
    await client.query('select pg_advisory_unlock(4811006)');
    expect(await prune()).toMatchObject({ rows: 2 });
  });

  it('stops when it is told to', async () => {
    const short = await workflow(1, '1d');
    await makePastDay(client, 40);
    await ended(short, 3);
    expect(await prune({ signal: AbortSignal.abort() })).toEqual({ rows: 0, partitions: [], postponed: [] });
  });

  it('deletes dedup ids that expired over an hour ago, and old refusal counts', async () => {
    await client.query(
      `insert into dedup_ids (dedup_id, execution_id, request_id, version_id, body_sha256, expires_at)
        select sha256(n::text::bytea), gen_random_uuid(), gen_random_uuid(), 1, '', now() - n * interval '25 minutes'
        from generate_series(0, 7) n`,
    );
    await client.query(
      `insert into refusal_counts (minute, gate, reason, count)
        select now() - n * interval '1 day', 4, 'not_found', 1 from generate_series(25, 33, 2) n`,
    );
    expect(await prune({ batch: 2 })).toMatchObject({ rows: 7 });
    const { rows } = await client.query(
      'select (select count(*)::int from dedup_ids) as keys, (select count(*)::int from refusal_counts) as counts',
    );
    expect(rows).toEqual([{ keys: 3, counts: 3 }]);
  });
});

describe('a deletion that is due', () => {
  it('takes the execution with all its parts, and nothing else', async () => {
    const id = await workflow(1);
    const due = { deleteAt: new Date(Date.now() - 1000) };
    await ended(id, 0, due);
    await ended(id, 0, due);
    await ended(id, 40, due);
    const kept = [await ended(id, 0), await ended(id, 0, { deleteAt: new Date(Date.now() + DAY_MS) })];
    expect(await store.deleteDue(2)).toBe(2);
    expect(await store.deleteDue(2)).toBe(1);
    expect(await store.deleteDue(2)).toBe(0);
    expect(await left()).toEqual(kept.map((row) => row.id).sort());
    expect(await ids('requests', 'id')).toHaveLength(5);
  });

  it('is made once when several workers are at it', async () => {
    const id = await workflow(1);
    for (let n = 0; n < 20; n += 1) await ended(id, 0, { deleteAt: new Date(0) });
    const counts = await Promise.all(Array.from({ length: 4 }, () => store.deleteDue(20)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(await left()).toEqual([]);
  });
});
