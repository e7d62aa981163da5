import { EngineError, type SqlCall } from '#engine';
import { SecretBox, type JsonObject } from '#shared';
import pg from 'pg';
import { StorageUnavailable } from '../../contract.js';
import type { SqlRunner } from '../contract.js';
import { bindVariables, type BoundStatement } from './bind-variables.js';
import { aborted, CallGuard, GRACE_MS, type SqlLimits } from './call-guard.js';
import { runCapped, type CappedResult } from './capped-query.js';
import { describeSqlFault } from './describe-sql-fault.js';
import { ensureSqlLogin } from './ensure-sql-login.js';
import { toSqlRows } from './sql-json.js';

export interface SqlRunnerOptions {
  databaseUrl: string;
  /** DATA_DATABASE_URL: a login that somebody made; null for our own. */
  dataDatabaseUrl: string | null;
  /** 32 bytes. */
  masterKey: Buffer;
  applicationName: string;
  limits: SqlLimits;
}

/** Statements at once per process; more wait. They may each take all of the time limit. */
const POOL_SIZE = 4;

/** invalid_authorization_specification, invalid_password: the login was made anew by somebody, or taken away. */
const LOGIN_REFUSED = new Set(['28000', '28P01']);

/** Connects at the first call: most workers never make one. */
export function openSqlLogin(options: SqlRunnerOptions): SqlRunner {
  return new PgSqlRunner(options);
}

class PgSqlRunner implements SqlRunner {
  private readonly box: SecretBox;
  private pool: Promise<pg.Pool> | null = null;

  constructor(private readonly options: SqlRunnerOptions) {
    this.box = new SecretBox(options.masterKey);
  }

  async sql({ sql, variables, signal }: SqlCall): Promise<JsonObject[]> {
    const statement = bindVariables(sql, variables);
    if (signal.aborted) throw aborted();
    const client = await this.connect();
    const guard = new CallGuard(client, this.options.limits, signal);
    try {
      return toSqlRows(await this.run(client, statement));
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw guard.reason ?? (error instanceof EngineError ? error : describeSqlFault(error));
    } finally {
      const isClean = await isReset(client);
      guard.release();
      client.release(guard.isCut || !isClean);
    }
  }

  async close(): Promise<void> {
    const pool = this.pool;
    this.pool = null;
    await pool?.then(
      (open) => open.end(),
      () => undefined,
    );
  }

  private async run(client: pg.PoolClient, statement: BoundStatement): Promise<CappedResult> {
    const { rows } = this.options.limits;
    await client.query('begin');
    const result = await runCapped(client, statement, rows);
    if (result.isCut) {
      throw new EngineError(
        'sql_too_many_rows',
        `The statement gives more than ${rows} rows (SQL_LIMITS); add a limit.`,
      );
    }
    await client.query('commit');
    return result;
  }

  private async connect(): Promise<pg.PoolClient> {
    const opening = this.openPool();
    try {
      return await (await opening).connect();
    } catch (error) {
      const isRefused = LOGIN_REFUSED.has(String((error as { code?: unknown }).code));
      if (!isRefused || this.options.dataDatabaseUrl !== null) throw notSent(error);
      // Calls that run go on; the next ones ask for the login again.
      if (this.pool === opening) this.pool = null;
      void opening.then(
        (pool) => pool.end(),
        () => undefined,
      );
    }
    return this.openPool()
      .then((pool) => pool.connect())
      .catch((error: unknown) => {
        throw notSent(error);
      });
  }

  private openPool(): Promise<pg.Pool> {
    this.pool ??= this.createPool().catch((error: unknown) => {
      // The next call tries again.
      this.pool = null;
      throw error;
    });
    return this.pool;
  }

  private async createPool(): Promise<pg.Pool> {
    const { databaseUrl, dataDatabaseUrl, applicationName, limits } = this.options;
    const pool = new pg.Pool({
      connectionString: dataDatabaseUrl ?? (await ensureSqlLogin(databaseUrl, this.box)),
      application_name: `${applicationName}-sql`,
      max: POOL_SIZE,
      connectionTimeoutMillis: limits.timeMs,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      options: [
        `statement_timeout=${limits.timeMs}`,
        `idle_in_transaction_session_timeout=${limits.timeMs + GRACE_MS}`,
        // A statement whose caller went away does not go on for nobody.
        'client_connection_check_interval=1s',
        'search_path=data',
        'TimeZone=UTC',
        'DateStyle=ISO',
      ]
        .map((setting) => `-c ${setting}`)
        .join(' '),
    });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}

/**
 * Drops everything that a statement could leave behind in the session: settings, temporary tables, locks. False when
 * that failed, and the connection must not be used again.
 */
async function isReset(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('discard all');
    return true;
  } catch {
    return false;
  }
}

/** No connection was made, so nothing was done: a node may try again. */
function notSent(error: unknown): unknown {
  const described = describeSqlFault(error);
  if (!(described instanceof StorageUnavailable)) return described;
  const message = 'No connection to the database could be made; the statement was not sent.';
  return Object.assign(new EngineError('sql_not_sent', message), { cause: error });
}
