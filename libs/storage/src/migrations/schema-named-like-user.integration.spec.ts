import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../testing/index.js';
import { assertMigrated } from './assert-migrated.js';
import { migrate } from './migrate.js';

// Postgres looks into a schema of the user's own name first. The queue's schema had it (user and QUEUE_PREFIX were both
// `hookmill`): a second migration built every table again there, and all workflows seemed gone.
describe('a database with a schema named like its user', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`do $$ begin execute format('create schema %I', current_user); end $$`);
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('is migrated once, in public', async () => {
    expect(await migrate(database.url)).toEqual([]);
    await assertMigrated(database.url);
    const { rows } = await client.query(`select schemaname from pg_tables where tablename = 'workflows'`);
    expect(rows).toEqual([{ schemaname: 'public' }]);
  });
});
