import { EngineError } from '#engine';
import type { SecretBox } from '#shared';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ADVISORY_LOCKS } from '../../connection/advisory-locks.js';
import { PUBLIC_SCHEMA } from '../../connection/session-options.js';
import { toStorageError } from '../../connection/storage-error.js';
import { restrictPublic } from './restrict-public.js';
import { scramVerifier } from './scram-verifier.js';

/** For each step; another process that makes the login takes a moment. */
const PATIENCE_MS = 10_000;

/** What the sealed password is bound to. */
const PASSWORD_NAME = 'data_access.password';

const FIND = `select sql_role, key_id, wrapped_key, ciphertext, r.rolname is not null as is_there
  from data_access left join pg_roles r on r.rolname = sql_role and r.rolcanlogin`;

const STORE = `update data_access set sql_role = $1, key_id = $2, wrapped_key = $3, ciphertext = $4`;

interface AccessRow {
  sql_role: string | null;
  key_id: string | null;
  wrapped_key: Buffer | null;
  ciphertext: Buffer | null;
  is_there: boolean;
}

/**
 * The connection URL of the sql node's own login, which the first process that asks makes, with a random password that
 * is kept sealed. Another master key, or a role that is gone, makes it anew.
 *
 * Rejects with `sql_unavailable` where the user of `databaseUrl` may not create roles.
 */
export async function ensureSqlLogin(databaseUrl: string, box: SecretBox): Promise<string> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'hookmill-sql-login',
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    options: PUBLIC_SCHEMA,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.sqlLogin]);
    const login = (await findLogin(client, box)) ?? (await makeLogin(client, box));
    await client.query('commit');
    const url = new URL(databaseUrl);
    url.username = login.role;
    url.password = login.password;
    return url.toString();
  } catch (error) {
    throw (error as { code?: unknown }).code === '42501' ? notAllowed(error) : toStorageError(error);
  } finally {
    await client.end();
  }
}

interface Login {
  role: string;
  password: string;
}

async function findLogin(client: pg.Client, box: SecretBox): Promise<Login | null> {
  const row = (await client.query<AccessRow>(FIND)).rows[0];
  if (!row?.is_there || row.sql_role === null || row.key_id !== box.keyId) return null;
  const sealed = { keyId: row.key_id, wrappedKey: row.wrapped_key!, ciphertext: row.ciphertext! };
  return { role: row.sql_role, password: box.open(PASSWORD_NAME, sealed) };
}

/**
 * Always a new role: one from before may be shared with a copy of this database, whose processes know its password. It
 * owns nothing, is a member of nothing, and reaches the records only.
 */
async function makeLogin(client: pg.Client, box: SecretBox): Promise<Login> {
  const role = `hookmill_sql_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(32).toString('base64url');
  await client.query(`create role ${role} login password '${scramVerifier(password)}'`);
  await client.query(`grant usage on schema data to ${role}`);
  await grantTables(client, role);
  await client.query(
    `alter default privileges in schema data grant select, insert, update, delete on tables to ${role}`,
  );
  await restrictPublic(client, role);
  const { keyId, wrappedKey, ciphertext } = box.seal(PASSWORD_NAME, password);
  await client.query(STORE, [role, keyId, wrappedKey, ciphertext]);
  return { role, password };
}

/** Tables of somebody else in the schema are left to them. */
async function grantTables(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c where c.relnamespace = 'data'::regnamespace
      and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner, 'usage')`,
  );
  for (const { name } of rows) await client.query(`grant select, insert, update, delete on ${name} to ${role}`);
}

function notAllowed(cause: unknown): EngineError {
  const message =
    'The sql node needs a database login of its own. Give the user of DATABASE_URL the right to create roles (alter role ... createrole), or make a login with rights on the schema data only and set DATA_DATABASE_URL.';
  return Object.assign(new EngineError('sql_unavailable', message), { cause });
}
