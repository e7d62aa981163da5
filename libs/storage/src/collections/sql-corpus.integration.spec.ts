import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';
import type { SqlRunner } from './contract.js';
import { openSqlLogin } from './sql/pg-sql-runner.js';

const SUPERUSER = new URL(process.env['TEST_DATABASE_URL']!).username;
const LIMITS = { timeMs: 4_000, rows: 100, bytes: 1024 ** 2 };
const OPTIONS = { dataDatabaseUrl: null, masterKey: Buffer.alloc(32, 7), applicationName: 'test', limits: LIMITS };
const INJECTION = `'; drop table data.victims; drop table "victims";--`;

let database: TestDatabase;
let storage: Storage;
let runner: SqlRunner;
/** Superuser: sees what really happened. */
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  runner = openSqlLogin({ ...OPTIONS, databaseUrl: database.url });
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await storage.collections.put('victims', {
    fields: [
      { name: 'name', type: 'string' },
      { name: 'age', type: 'integer' },
    ],
  });
  await storage.secrets.put({ name: 'CANARY', value: 'canary-value', notBefore: null, notAfter: null });
});

afterAll(async () => {
  await runner?.close();
  await owner?.end();
  await storage?.close();
  await database?.drop();
});

beforeEach(async () => {
  await owner.query('truncate data.victims restart identity');
  await owner.query(`insert into data.victims (name, age) values ('ann', 1), ('bob', 2)`);
});

const sql = (text: string, variables: Record<string, Json> = {}, signal = new AbortController().signal) =>
  runner.sql({ sql: text, variables, signal });

/** The code a promise rejects with; its value when it does not. */
const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => ({ resolved: value }),
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  );

const victims = async () => (await owner.query('select name, age from data.victims order by id')).rows as JsonObject[];
const UNHARMED = [
  { name: 'ann', age: 1 },
  { name: 'bob', age: 2 },
];

const query = (more: JsonObject) =>
  storage.collections.query({
    collection: 'victims',
    filter: {},
    sort: [],
    page: 1,
    pageSize: 10,
    ...more,
  });

describe('T51 SQL in records', () => {
  it('is stored to the letter as a value, found as a filter, and drops nothing', async () => {
    await storage.collections.createRecord('victims', { name: INJECTION });
    expect(await query({ filter: { name: INJECTION } })).toMatchObject([{ name: INJECTION }]);
    expect(await query({ filter: { name: { $includes: INJECTION } } })).toHaveLength(1);
    expect(await query({ filter: { name: { $in: [INJECTION, '{},"'] } } })).toHaveLength(1);
    expect(await victims()).toHaveLength(3);
  });

  it.each([
    INJECTION,
    '"a";--',
    'name" or "1"="1',
    'name;drop table x',
    'id) or (1=1',
    '__proto__',
    'constructor',
    'a\0b',
  ])('is refused as the name of a field, of a sort, of an aggregate or of a collection: %j', async (name) => {
    const { collections } = storage;
    expect(await outcome(collections.createRecord('victims', { [name]: 1 }))).toMatch(/unknown_field/);
    expect(await outcome(query({ filter: JSON.parse(`{${JSON.stringify(name)}: 1}`) as JsonObject }))).toBe(
      'unknown_field',
    );
    expect(await outcome(query({ sort: [name] }))).toBe('unknown_field');
    expect(await outcome(query({ sort: [`-${name}`] }))).toBe('unknown_field');
    expect(await outcome(query({ collection: name }))).toBe('unknown_collection');
    const aggregation = { collection: 'victims', aggregator: 'max', field: name, filter: {}, distinct: false } as const;
    expect(await outcome(collections.aggregate(aggregation))).toBe('unknown_field');
    expect(await collections.put(name, { fields: [] })).toMatchObject({ kind: 'invalid' });
    const fields = [{ name, type: 'string' }];
    expect(await collections.put('fresh', { fields })).toMatchObject({ kind: 'invalid' });
    expect(await collections.delete(name)).toBe(false);
    expect(await victims()).toEqual(UNHARMED);
  });

  it('is refused as an operator, and as a direction of a sort', async () => {
    expect(await outcome(query({ filter: { name: { "= '' or 1=1 --": 1 } } }))).toBe('invalid_filter');
    expect(await outcome(query({ filter: { '$or 1=1': [{}] } }))).toBe('invalid_filter');
    expect(await outcome(query({ sort: ['name desc; drop table data.victims'] }))).toBe('unknown_field');
  });

  it('is literal in the default of a field', async () => {
    const fields = [{ name: 'a', type: 'text', default: `${INJECTION} \\'; select 1` }];
    await storage.collections.put('defaults', { fields });
    expect(await storage.collections.createRecord('defaults', {})).toMatchObject({ a: `${INJECTION} \\'; select 1` });
    expect(await victims()).toEqual(UNHARMED);
  });

  it('takes an operator of a payload for a value: it selects nothing and destroys nothing', async () => {
    const payload = { $ne: null };
    const filter = { name: { $value: payload } };
    expect(await outcome(query({ filter }))).toBe('invalid_value');
    expect(await outcome(query({ filter: { name: { $eq: { $value: payload } } } }))).toBe('invalid_value');
    expect(await outcome(query({ filter: { name: { $in: [{ $value: payload }] } } }))).toBe('invalid_value');
    expect(await outcome(query({ filter: { name: { $in: { $value: ['bob', '$ne'] } } } }))).toMatchObject({
      resolved: [{ name: 'bob' }],
    });
  });

  it('runs under a role that may not even read our tables', async () => {
    const { rows } = await owner.query('select records_role from data_access');
    const role = (rows[0] as { records_role: string }).records_role;
    await owner.query('begin');
    await owner.query(`set local role ${role}`);
    await owner.query('select * from data.victims');
    await expect(owner.query('select * from public.secrets')).rejects.toMatchObject({ code: '42501' });
    await owner.query('rollback');
    const owned = await owner.query('select 1 from pg_class where relowner = $1::regrole', [role]);
    expect(owned.rows).toEqual([]);
  });
});

describe('T51 the sql node', () => {
  it('reads and writes records with bound variables', async () => {
    expect(await sql('select 1 as one where :a = 1', { a: 1 })).toEqual([{ one: 1 }]);
    expect(await sql('select name from victims where name = :name', { name: INJECTION })).toEqual([]);
    expect(await sql('select name from victims where id = any(:ids)', { ids: [2, 3] })).toEqual([{ name: 'bob' }]);
    expect(
      await sql('update victims set age = :age where name = :name returning age', { age: 9, name: 'bob' }),
    ).toEqual([{ age: 9 }]);
    expect(await victims()).toEqual([
      { name: 'ann', age: 1 },
      { name: 'bob', age: 9 },
    ]);
  });

  it('keeps big numbers, and shows times and dates as JSON does', async () => {
    const text = `select 9007199254740993 as big, 1.10 as decimal, 12345678901234567890.5 as long, date '2024-02-29' as day,
      timestamptz '2026-01-01 00:00:00+01' as time, '{"a":1}'::jsonb as json, 'NaN'::float8 as nan, array[1,2] as list, null as nothing`;
    expect(await sql(text)).toEqual([
      {
        big: '9007199254740993',
        decimal: 1.1,
        long: '12345678901234567890.5',
        day: '2024-02-29',
        time: '2025-12-31T23:00:00.000Z',
        json: { a: 1 },
        nan: 'NaN',
        list: [1, 2],
        nothing: null,
      },
    ]);
    const [row] = await sql(`select '{"polluted": true}'::json as "__proto__"`);
    expect(Object.keys(row!)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    'select 1; drop table victims',
    'select 1; select 2;',
    `select ''';'; delete from victims`,
    'select 1 /* ; */ ; /* x */ delete from victims',
    "select e'\\''; delete from victims --'",
  ])('does not run stacked statements: %s', async (text) => {
    expect(await outcome(sql(text))).toBe('sql_syntax');
    expect(await victims()).toEqual(UNHARMED);
  });

  it.each([
    'reset role',
    'set role postgres',
    "set session authorization 'postgres'",
    'reset session authorization',
    "set statement_timeout = '1h'",
    'begin',
    'commit',
    'rollback',
    'savepoint a',
    'prepare p as select 1',
    'execute p',
    'listen a',
    "notify a, 'b'",
    'declare c cursor for select 1',
    'do $$ begin delete from victims; end $$',
    "copy victims to '/tmp/victims'",
    "copy victims from program 'id'",
    'copy victims to stdout',
    'create table data.x (a int)',
    'create temp table x (a int)',
    'create function f() returns int language sql as $$ select 1 $$',
    'create extension dblink',
    'drop table victims',
    'truncate victims',
    'alter table victims disable trigger all',
    'grant all on victims to public',
    'lock table victims',
    'vacuum',
    'analyze',
    'call f()',
    'explain analyze delete from victims',
    "load 'plperl'",
    'checkpoint',
    'discard all',
    'show all',
    '/* select */ delete_all()',
  ])('does not run other statements than those on rows: %s', async (text) => {
    expect(await outcome(sql(text))).toBe('sql_not_allowed');
    expect(await victims()).toEqual(UNHARMED);
    // The session is as good as before.
    expect(await sql('select session_user = current_user as same')).toEqual([{ same: true }]);
  });

  it.each([
    'select * from public.secrets',
    'select * from public.api_keys',
    'select * from public.executions',
    'select * from public.collections',
    'select * from public.data_access',
    'select * from pg_authid',
    'select * from pg_shadow',
    'with x as (delete from public.secrets returning *) select * from x',
    'insert into public.secrets select * from public.secrets',
    'select 1 as a into data.stolen',
    'select 1 as a into temp stolen',
    'select 1 as a into public.stolen',
    "select pg_read_file('/etc/passwd')",
    "select pg_read_binary_file('/etc/passwd')",
    "select * from pg_ls_dir('/')",
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '/tmp/x')",
    "select lo_from_bytea(0, 'x')",
    "select query_to_xml('select 1', true, true, '')",
    "select * from ts_stat('select ''a''::tsvector')",
    "select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery')",
    "select database_to_xml(true, true, '')",
    'select pg_terminate_backend(pid) from pg_stat_activity',
    'select pg_advisory_lock(4811001)',
    "select pg_notify('a', 'b')",
    "select pg_logical_emit_message(false, 'a', 'b')",
    `select set_config('role', '${SUPERUSER}', false)`,
    `select set_config('session_authorization', '${SUPERUSER}', false)`,
    "select set_config('session_replication_role', 'replica', false)",
    'select pg_reload_conf()',
    'select pg_switch_wal()',
    "select nextval('public.workflows_id_seq')",
  ])('may not: %s', async (text) => {
    expect(await outcome(sql(text))).toMatch(/sql_not_allowed|sql_failed/);
    const { rows } = await owner.query(
      `select to_regclass('data.stolen') as a, to_regclass('public.stolen') as b, (select count(*)::int from secrets) as secrets,
        (select count(*)::int from pg_largeobject_metadata) as files`,
    );
    expect(rows).toEqual([{ a: null, b: null, secrets: 1, files: 0 }]);
  });

  it('has no dblink, and would not reach one in the schema public', async () => {
    await owner.query(`create function public.dblink(text, text) returns int language sql as 'select 1'`);
    expect(await outcome(sql(`select public.dblink('dbname=postgres', 'select 1')`))).toBe('sql_not_allowed');
    expect(await outcome(sql(`select dblink('dbname=postgres', 'select 1')`))).toBe('sql_failed');
  });

  it('does not write files with copy in disguise', async () => {
    const file = join(tmpdir(), `hookmill-t51-${process.pid}`);
    expect(await outcome(sql(`with x as (copy victims to '${file}') select 1`))).toBe('sql_syntax');
    expect(existsSync(file)).toBe(false);
  });

  it('leaves nothing in the session for the next call', async () => {
    await sql("select set_config('search_path', 'public', false), set_config('statement_timeout', '0', false)");
    await sql(
      "select set_config('default_transaction_read_only', 'on', false), set_config('my.note', 'secret', false)",
    );
    // More calls than connections: each of them is met.
    for (let n = 0; n < 6; n += 1) {
      const [row] =
        await sql(`select current_setting('search_path') as path, current_setting('statement_timeout') as timeout,
        current_setting('default_transaction_read_only') as reading, coalesce(current_setting('my.note', true), '') as note`);
      expect(row).toEqual({ path: 'data', timeout: '4s', reading: 'off', note: '' });
    }
  });

  it('is ended when it takes too long, whatever it sets', async () => {
    const hasty = openSqlLogin({ ...OPTIONS, databaseUrl: database.url, limits: { ...LIMITS, timeMs: 500 } });
    const run = (text: string) =>
      outcome(hasty.sql({ sql: text, variables: {}, signal: new AbortController().signal }));
    expect(await run('select pg_sleep(30)')).toBe('sql_timeout');
    const setting = `with x as materialized (select set_config('statement_timeout', '0', true)) select x, pg_sleep(30) from x`;
    expect(await run(setting)).toBe('sql_timeout');
    const { rows } = await owner.query(
      `select 1 from pg_stat_activity where datname = current_database() and application_name = 'test-sql' and state = 'active'`,
    );
    expect(rows).toEqual([]);
    await hasty.close();
  }, 25_000);

  it('is cut off when it gives too many rows or bytes, and writes nothing then', async () => {
    const before = process.memoryUsage().rss;
    // Postgres writes the whole series into a file first: whichever limit it meets first, of time or of files.
    expect(await outcome(sql('select * from generate_series(1, 1000000000)'))).toMatch(
      /^sql_(timeout|too_large|too_many_rows)$/,
    );
    expect(await outcome(sql('select n from generate_series(1, 101) n'))).toBe('sql_too_many_rows');
    expect(await sql('select n from generate_series(1, 100) n')).toHaveLength(100);
    expect(await outcome(sql("select repeat('x', 3000000)"))).toBe('sql_too_large');
    const flood = `insert into victims (name) select 'x' from generate_series(1, 101) returning id`;
    expect(await outcome(sql(flood))).toBe('sql_too_many_rows');
    expect(await victims()).toEqual(UNHARMED);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2);
  }, 25_000);

  it('ends with the execution that ran it', async () => {
    const controller = new AbortController();
    const running = outcome(
      sql(
        `with x as (delete from victims returning 1) select pg_sleep(20), (select count(*) from x)`,
        {},
        controller.signal,
      ),
    );
    setTimeout(() => controller.abort(), 100);
    expect(await running).toBe('aborted');
    expect(await outcome(sql('select 1', {}, controller.signal))).toBe('aborted');
    expect(await victims()).toEqual(UNHARMED);
    expect(await sql('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is told what is wrong with its SQL', async () => {
    expect(await outcome(sql(''))).toBe('sql_syntax');
    expect(await outcome(sql('-- nothing'))).toBe('sql_syntax');
    expect(await outcome(sql('select from where'))).toBe('sql_syntax');
    expect(await outcome(sql('select * from nowhere'))).toBe('sql_failed');
    expect(await outcome(sql('select :missing'))).toBe('sql_variable');
    expect(await outcome(sql('select $1'))).toBe('sql_variable');
    expect(await outcome(sql('select :a::int', { a: 'abc' }))).toBe('sql_failed');
    expect(await outcome(sql('select :a', { a: 'a\0b' }))).toBe('sql_failed');
  });
});

describe('the login of the sql node', () => {
  it('is a member of nothing, owns nothing and is nobody special', async () => {
    await sql('select 1');
    const { rows } = await owner.query(`select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
      exists (select 1 from pg_auth_members where member = r.oid) as is_member,
      exists (select 1 from pg_class where relowner = r.oid) as owns
      from data_access join pg_roles r on rolname = sql_role`);
    expect(rows.map((row) => Object.values(row as object))).toEqual([
      [false, false, false, false, false, false, false],
    ]);
  });

  it('sees collections that are made later', async () => {
    await sql('select 1');
    await storage.collections.put('later', { fields: [{ name: 'a', type: 'integer' }] });
    await storage.collections.createRecord('later', { a: 5 });
    expect(await sql('select a from later')).toEqual([{ a: 5 }]);
  });

  it('keeps its password sealed, and another process with the master key uses the same', async () => {
    const options = { ...OPTIONS, databaseUrl: database.url, applicationName: 'other' };
    const other = openSqlLogin(options);
    const call = { sql: 'select current_user::text as me', variables: {}, signal: new AbortController().signal };
    expect(await other.sql(call)).toEqual(await runner.sql(call));
    const stranger = openSqlLogin({ ...options, masterKey: Buffer.alloc(32, 9) });
    expect(await stranger.sql(call)).not.toEqual(await runner.sql(call));
    await Promise.all([other.close(), stranger.close()]);
  });
});
