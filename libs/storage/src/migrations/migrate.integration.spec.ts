import { idFloor, newId } from '#shared';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';
import { PARTITIONED_TABLES } from '../partitions/partitioned-tables.js';
import { keepPartitions } from '../partitions/keep-partitions.js';
import { InitialSchema1795305600000 } from './1795305600000-initial-schema.js';
import { RequestLog1795500000000 } from './1795500000000-request-log.js';
import { assertMigrated } from './assert-migrated.js';
import { MIGRATIONS } from './index.js';
import { migrate } from './migrate.js';

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterEach(async () => {
  await client?.end();
  await database?.drop();
});

async function emptySchema(): Promise<void> {
  await client.query('drop schema public cascade');
  await client.query('create schema public');
}

const tomorrow = () => `p${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`;

describe('migrating', () => {
  it('lets three processes start at once: one works, the others find it done', async () => {
    await emptySchema();
    const runs = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(runs.flat()).toEqual(MIGRATIONS.map((migration) => migration.name));
    await expect(assertMigrated(database.url)).resolves.toBeUndefined();
  });

  it('says what to do when the schema is older, and refuses to open', async () => {
    await emptySchema();
    await expect(assertMigrated(database.url)).rejects.toThrow(/npm run migrate/);
    await expect(openTestStorage(database.url)).rejects.toThrow(/InitialSchema1795305600000/);
  });

  it('accepts a schema that is newer', async () => {
    await client.query(`insert into migrations (timestamp, name) values (1999999999999, 'Later1999999999999')`);
    await expect(assertMigrated(database.url)).resolves.toBeUndefined();
  });
});

describe('a database of the first release', () => {
  const columns = `select attname, atttypid::regtype::text as type from pg_attribute where attrelid = $1::regclass
    and attname in ('attempt', 'lost', 'chunk_id', 'resume_at', 'expires_at', 'delete_at', 'stack') order by attname`;
  const indexes = `select count(*)::int as count from pg_index where indrelid = $1::regclass`;

  /** Tables, partitions and rows as the first release left them. */
  async function firstRelease(): Promise<string> {
    await emptySchema();
    for (const statement of InitialSchema1795305600000.statements) await client.query(statement);
    await client.query(
      'create table migrations (id serial primary key, timestamp bigint not null, name text not null)',
    );
    await client.query(`insert into migrations (timestamp, name) values (1795305600000, 'InitialSchema1795305600000')`);
    await keepPartitions(database.url);
    const id = newId();
    await client.query(
      `insert into executions (id, workflow_id, version_id, mode, attempt) values ($1, 1, 1, 'async', 3)`,
      [id],
    );
    return id;
  }

  it('is brought up with its partitions and what is in them', async () => {
    const id = await firstRelease();
    expect(await migrate(database.url)).toEqual(MIGRATIONS.slice(1).map((migration) => migration.name));
    const { rows } = await client.query(
      'select attempt, lost, chunk_id, resume_at, expires_at, delete_at, stack from executions where id = $1',
      [id],
    );
    const nothing = { chunk_id: null, resume_at: null, expires_at: null, delete_at: null, stack: null };
    expect(rows).toEqual([{ attempt: 3, lost: 0, ...nothing }]);
  });

  it('has the same columns and indexes in partitions made before and after', async () => {
    await firstRelease();
    await client.query(`drop table executions_${tomorrow()}`);
    await migrate(database.url);
    const today = `executions_p${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
    const shape = async (table: string) => [
      (await client.query(columns, [table])).rows,
      (await client.query(indexes, [table])).rows,
    ];
    const parent = await shape('executions');
    expect(parent[0]).toHaveLength(7);
    expect(parent[0]).toContainEqual({ attname: 'attempt', type: 'integer' });
    expect(await shape(today)).toEqual(parent);
    expect(await shape(`executions_${tomorrow()}`)).toEqual(parent);
    expect(await shape('executions_default')).toEqual(parent);
  });
});

describe('the request log of a release before', () => {
  const insert = (id: string, headers: string) =>
    client.query(
      `insert into requests (id, received_at, verdict, method, ip, url, headers)
        values ($1, now(), 'refused', 'POST', '192.0.2.1', '/', $2)`,
      [id, headers],
    );
  const runner = () =>
    ({ query: (text: string) => client.query(text) }) as unknown as Parameters<RequestLog1795500000000['up']>[0];
  const headersOf = async (id: string) => (await client.query('select headers from requests where id = $1', [id])).rows;

  it('is read as it is, in whatever partition, with headers as an object or as a list', async () => {
    await new RequestLog1795500000000().down(runner());
    const long = Date.parse('2020-01-02T00:00:00Z');
    const ids = [newId(), idFloor(new Date(long)), newId(), newId()] as const;
    await insert(ids[0], '{"x-a":"1","__proto__":"p"}');
    await insert(ids[1], '{"x-odd":"\\u0000"}');
    await insert(ids[2], 'null');
    await insert(ids[3], '{}');
    await new RequestLog1795500000000().up(runner());
    const storage = await openTestStorage(database.url);
    try {
      const read = async (id: string) => (await storage.history.findRequest(id))!;
      const pairs = [
        ['x-a', '1'],
        ['__proto__', 'p'],
      ];
      expect(await read(ids[0])).toMatchObject({ rawHeaders: pairs, content: null, secretName: null, latencyMs: null });
      expect((await read(ids[1])).rawHeaders).toEqual([['x-odd', '\0']]);
      expect((await read(ids[2])).rawHeaders).toBeNull();
      expect((await read(ids[3])).rawHeaders).toEqual([]);
    } finally {
      await storage.close();
    }
  });

  it('is made again of lists: by lower-case name, repeated values joined, what cannot be read left out', async () => {
    const [listed, odd, empty, old] = [newId(), newId(), newId(), newId()];
    await insert(listed, '[["X-A", "1"], ["Host", "h"], ["x-a", "2"]]');
    await insert(odd, '[["x-odd", "\\u0000"]]');
    await insert(empty, '[]');
    await insert(old, '{"x-list": "[\\u0041"}');
    await new RequestLog1795500000000().down(runner());
    expect(await headersOf(listed)).toEqual([{ headers: { 'x-a': '1, 2', host: 'h' } }]);
    expect(await headersOf(odd)).toEqual([{ headers: {} }]);
    expect(await headersOf(empty)).toEqual([{ headers: {} }]);
    expect(await headersOf(old)).toEqual([{ headers: { 'x-list': '[A' } }]);
  });

  it('keeps bodies and what was parsed out of line as they are, in partitions made before and after', async () => {
    await client.query(`drop table requests_${tomorrow()}`);
    await keepPartitions(database.url);
    const { rows } = await client.query(
      `select c.relname, a.attname, a.attstorage from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relkind in ('r', 'p') and c.relname ~ '^requests(_p[0-9]+|_default)?$' and a.attname in ('body', 'content')`,
    );
    expect(rows).toHaveLength(2 * 11);
    expect(rows.filter(({ attstorage }) => attstorage !== 'e')).toEqual([]);
  });
});

describe('partitions', () => {
  it('exist a week ahead for every table and are made once', async () => {
    const { rows } = await client.query(
      'select inhparent::regclass::text as parent, count(*)::int as count from pg_inherits join pg_class on oid = inhrelid where relkind = $1 group by 1',
      ['r'],
    );
    expect(rows).toHaveLength(PARTITIONED_TABLES.length);
    expect((rows as { count: number }[]).every(({ count }) => count === 10)).toBe(true);
    const calls = await Promise.all([keepPartitions(database.url), keepPartitions(database.url)]);
    expect(calls.flat()).toEqual([]);
  });

  it('take over rows that had to go to the default partition', async () => {
    const name = `node_runs_${tomorrow()}`;
    await client.query(`drop table ${name}`);
    const id = idFloor(new Date(Date.now() + 86_400_000));
    await client.query(`insert into node_runs (execution_id, seq, runs) values ($1, 0, '[]')`, [id]);
    expect(await keepPartitions(database.url)).toEqual([name]);
    const { rows } = await client.query(
      'select tableoid::regclass::text as place from node_runs where execution_id = $1',
      [id],
    );
    expect(rows).toEqual([{ place: name }]);
  });
});
