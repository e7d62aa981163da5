import { idFloor } from '#shared';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';
import { PARTITIONED_TABLES } from '../partitions/partitioned-tables.js';
import { keepPartitions } from '../partitions/keep-partitions.js';
import { assertMigrated } from './assert-migrated.js';
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
    expect(runs.flat()).toEqual(['InitialSchema1795305600000']);
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
