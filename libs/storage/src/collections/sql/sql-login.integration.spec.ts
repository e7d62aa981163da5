import { SecretBox, type JsonObject } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Storage } from '../../contract.js';
import { migrate } from '../../migrations/migrate.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../../testing/index.js';
import { ensureSqlLogin } from './ensure-sql-login.js';
import { openSqlLogin } from './pg-sql-runner.js';

const SUPERUSER = new URL(process.env['TEST_DATABASE_URL']!).username;
const MASTER_KEY = Buffer.alloc(32, 7);
const LIMITS = { timeMs: 2_000, rows: 100, bytes: 1024 ** 2 };

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

// The runner lets only statements on rows through. Here nothing stands between the statement and the rights of the login.
describe('T51 the rights of the login alone', () => {
  let database: TestDatabase;
  let storage: Storage;
  let login: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    storage = await openTestStorage(database.url);
    await storage.collections.put('victims', { fields: [{ name: 'a', type: 'integer' }] });
    login = await connectTo(await ensureSqlLogin(database.url, new SecretBox(MASTER_KEY)));
  });

  afterAll(async () => {
    await login?.end();
    await storage?.close();
    await database?.drop();
  });

  it('reach the records', async () => {
    await login.query('insert into data.victims (a) values (1)');
    expect((await login.query('select a from data.victims')).rows).toEqual([{ a: 1 }]);
  });

  it.each([
    `set role "${SUPERUSER}"`,
    `set session authorization "${SUPERUSER}"`,
    "copy data.victims to '/tmp/t51'",
    "copy data.victims from program 'id'",
    "copy (select 1) to program 'id'",
    'create table data.x (a int)',
    'create table public.x (a int)',
    'create temp table x (a int)',
    'create schema x',
    'create function data.f() returns int language sql as $$ select 1 $$',
    'create function public.f() returns int language sql as $$ select 1 $$',
    'create extension dblink schema data',
    'create extension file_fdw schema data',
    'create role x',
    'alter role current_user superuser',
    'drop table data.victims',
    'truncate data.victims',
    'alter table data.victims add column b int',
    'create trigger t before insert on data.victims for each row execute function suppress_redundant_updates_trigger()',
    'create index on data.victims (a)',
    'alter system set log_connections = on',
    'select * from public.secrets',
    'select * from public.executions',
  ])('do not allow: %s', async (text) => {
    const error: unknown = await login.query(text).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ severity: 'ERROR' });
    expect((error as { code: string }).code).toBe('42501');
  });
});

describe('a database whose user is no superuser', () => {
  const suffix = randomBytes(4).toString('hex');
  const users = { creator: `creator_${suffix}`, plain: `plain_${suffix}` };
  let server: pg.Client;

  beforeAll(async () => {
    server = await connectTo(process.env['TEST_DATABASE_URL']!);
    await server.query(`create role ${users.creator} login createrole password 'x'`);
    await server.query(`create role ${users.plain} login password 'x'`);
    for (const user of Object.values(users)) await server.query(`create database ${user} owner ${user}`);
  });

  afterAll(async () => {
    for (const user of Object.values(users)) await server?.query(`drop database ${user} with (force)`);
    await server?.end();
  });

  const urlOf = (user: string) => {
    const url = new URL(process.env['TEST_DATABASE_URL']!);
    Object.assign(url, { username: user, password: 'x', pathname: `/${user}` });
    return url.toString();
  };

  const call = (sql: string) => ({ sql, variables: {}, signal: new AbortController().signal });

  async function useRecords(url: string): Promise<Storage> {
    const storage = await openTestStorage(url);
    await storage.collections.put('notes', { fields: [{ name: 'a', type: 'integer' }] });
    expect(await storage.collections.createRecord('notes', { a: 1 })).toMatchObject({ id: 1, a: 1 });
    expect(await storage.collections.findRecord('notes', '1')).toMatchObject({ a: 1 });
    return storage;
  }

  it('gets both roles where the user may create them', async () => {
    const url = urlOf(users.creator);
    const lines: string[] = [];
    await migrate(url, (line) => lines.push(line));
    expect(lines.filter((line) => line.includes('role'))).toEqual([]);
    const storage = await useRecords(url);
    const runner = openSqlLogin({
      databaseUrl: url,
      dataDatabaseUrl: null,
      masterKey: MASTER_KEY,
      applicationName: 'test',
      limits: LIMITS,
    });
    expect(await runner.sql(call('select a from notes'))).toEqual([{ a: 1 }]);
    await expect(runner.sql(call('select * from public.secrets'))).rejects.toMatchObject({ code: 'sql_not_allowed' });
    await expect(runner.sql(call('select 1 as a into temp x'))).rejects.toMatchObject({ code: 'sql_not_allowed' });
    await Promise.all([runner.close(), storage.close()]);
  });

  it('goes on without them where the user may not, and says so; a login that somebody made serves the sql node', async () => {
    const url = urlOf(users.plain);
    const lines: string[] = [];
    await migrate(url, (line) => lines.push(line));
    expect(lines.filter((line) => line.includes('may not create roles'))).toHaveLength(1);
    const storage = await useRecords(url);
    const options = { databaseUrl: url, masterKey: MASTER_KEY, applicationName: 'test', limits: LIMITS };
    const without = openSqlLogin({ ...options, dataDatabaseUrl: null });
    await expect(without.sql(call('select 1'))).rejects.toMatchObject({
      code: 'sql_unavailable',
      message: expect.stringContaining('DATA_DATABASE_URL'),
    });
    const handmade = new URL(url);
    handmade.username = users.creator;
    const admin = await connectTo(url);
    await admin.query(`grant usage on schema data to ${users.creator}`);
    await admin.query(`grant select on data.notes to ${users.creator}`);
    await admin.end();
    const withLogin = openSqlLogin({ ...options, dataDatabaseUrl: handmade.toString() });
    expect(await withLogin.sql(call('select a from notes'))).toEqual([{ a: 1 }]);
    await Promise.all([without.close(), withLogin.close(), storage.close()]);
  });
});

describe('the role of records', () => {
  it('is made anew by the next migration where it is not there, as after a restore on another cluster', async () => {
    const database = await createTestDatabase();
    const storage = await openTestStorage(database.url);
    await storage.collections.put('notes', { fields: [{ name: 'a', type: 'integer' }] });
    const owner = await connectTo(database.url);
    const roleOf = async () => (await owner.query('select records_role from data_access')).rows[0] as JsonObject;
    await owner.query(`update data_access set records_role = 'hookmill_data_of_another_cluster'`);
    await expect(storage.collections.createRecord('notes', { a: 1 })).rejects.toThrow(/role/);
    await migrate(database.url);
    const role = await roleOf();
    expect(role['records_role']).toMatch(/^hookmill_data_[0-9a-f]{12}$/);
    expect(await storage.collections.createRecord('notes', { a: 1 })).toMatchObject({ a: 1 });
    await migrate(database.url);
    expect(await roleOf()).toEqual(role);
    await owner.end();
    await storage.close();
    await database.drop();
  });
});

describe('the login', () => {
  it('is made once by processes that need it at the same time', async () => {
    const database = await createTestDatabase();
    const box = new SecretBox(MASTER_KEY);
    const urls = await Promise.all(Array.from({ length: 4 }, () => ensureSqlLogin(database.url, box)));
    expect(new Set(urls).size).toBe(1);
    await database.drop();
  });

  it('is made anew when it was taken away, and the next call finds it', async () => {
    const database = await createTestDatabase();
    const runner = openSqlLogin({
      databaseUrl: database.url,
      dataDatabaseUrl: null,
      masterKey: MASTER_KEY,
      applicationName: 'test',
      limits: LIMITS,
    });
    const call = { sql: 'select current_user::text as me', variables: {}, signal: new AbortController().signal };
    const [first] = await runner.sql(call);
    const owner = await connectTo(database.url);
    await owner.query(`alter role ${String(first!['me'])} nologin`);
    await owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'test-sql'`,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    const [second] = await runner.sql(call);
    expect(second!['me']).toMatch(/^hookmill_sql_/);
    expect(second).not.toEqual(first);
    await owner.end();
    await runner.close();
    await database.drop();
  });

  it('says that nothing was sent to a database that is away', async () => {
    const runner = openSqlLogin({
      databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
      dataDatabaseUrl: null,
      masterKey: MASTER_KEY,
      applicationName: 'test',
      limits: LIMITS,
    });
    const call = { sql: 'select 1', variables: {}, signal: new AbortController().signal };
    await expect(runner.sql(call)).rejects.toMatchObject({ name: 'EngineError', code: 'sql_not_sent' });
    await runner.close();
  });
});
