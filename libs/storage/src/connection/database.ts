import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StorageUnavailable } from '../contract.js';
import { PUBLIC_SCHEMA } from './session-options.js';
import { classifyFault, toStorageError } from './storage-error.js';
import type { Transaction } from './transaction.js';

export interface DatabaseOptions {
  databaseUrl: string;
  applicationName: string;
  poolSize: number;
  /** Milliseconds. */
  statementTimeoutMs: number;
}

/** One SQL statement; a name makes it a prepared one, parsed once per connection. */
export interface Statement {
  name?: string;
  text: string;
}

/** Tries of a statement that lost against a concurrent one. */
const TRIES = 5;

/** The client gives up a little after the server should have: only a server that does not answer gets there. */
const CLIENT_GRACE_MS = 250;

/**
 * No plan may rest on how small a table was when the plan was cached, and compiling a plan that touches many
 * partitions costs more than running it.
 */
const SESSION_OPTIONS = `${PUBLIC_SCHEMA} -c enable_seqscan=off -c jit=off -c TimeZone=UTC`;

/**
 * The one connection pool. Errors leave it as `StorageUnavailable` or `RejectedRow`; what is neither is a defect and
 * leaves as it came.
 */
export class Database {
  private readonly pool: pg.Pool;

  constructor(options: DatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: options.databaseUrl,
      application_name: options.applicationName,
      max: options.poolSize,
      statement_timeout: options.statementTimeoutMs,
      query_timeout: options.statementTimeoutMs + CLIENT_GRACE_MS,
      connectionTimeoutMillis: options.statementTimeoutMs,
      options: SESSION_OPTIONS,
      keepAlive: true,
      idleTimeoutMillis: 60_000,
    });
    // A connection that breaks is replaced by the next query; unheard, the event would end the process. The pool listens
    // to idle ones only: one that breaks under a statement tells the statement, and besides whoever listens.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Rows of one statement in a transaction of its own; tried again when it lost a deadlock or serialization race. */
  async query<R extends object>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    for (let round = 1; ; round += 1) {
      try {
        return await this.attempt<R>(statement, values);
      } catch (error) {
        if (classifyFault(error) !== 'retry' || round === TRIES) throw toStorageError(error);
        await sleep(Math.random() * 10 * 2 ** round);
      }
    }
  }

  /**
   * Runs `work` in one transaction and commits it; rolled back when `work` throws, and then tried again if it lost a
   * deadlock or serialization race: `work` must bear to be called again. What `work` throws besides faults of the
   * database comes out as it is.
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let round = 1; ; round += 1) {
      try {
        return await this.attemptTransaction(work);
      } catch (error) {
        if (classifyFault(error) !== 'retry' || round === TRIES) throw toStorageError(error);
        await sleep(Math.random() * 10 * 2 ** round);
      }
    }
  }

  /** Rejects with {@link StorageUnavailable} when the database does not answer in time. */
  async ping(timeoutMs: number): Promise<void> {
    const late = new AbortController();
    const timeout = sleep(timeoutMs, undefined, { signal: late.signal, ref: false }).then(() => {
      throw new StorageUnavailable(`The database did not answer within ${timeoutMs} ms.`);
    });
    try {
      await Promise.race([this.attempt({ text: 'select 1' }, []), timeout]);
    } catch (error) {
      throw toStorageError(error);
    } finally {
      timeout.catch(() => undefined);
      late.abort();
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async attempt<R extends object>(statement: Statement, values: readonly unknown[]): Promise<R[]> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      const result = await client.query<R>({ ...statement, values: values as unknown[] });
      return result.rows;
    } catch (error) {
      // pool.query would throw the connection away after every error; only one in doubt has to go.
      if (classifyFault(error) === 'unavailable' || classifyFault(error) === 'defect') broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private async attemptTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    const callbacks: (() => void)[] = [];
    let isOpen = true;
    try {
      await client.query('begin');
      const result = await work({
        query: async <R extends object>(text: string, values: readonly unknown[] = []) =>
          (await client.query<R>(text, values as unknown[])).rows,
        afterCommit: (callback) => void callbacks.push(callback),
      });
      await client.query('commit');
      isOpen = false;
      callbacks.forEach(callQuietly);
      return result;
    } catch (error) {
      await client.query('rollback').then(
        () => (isOpen = false),
        () => undefined,
      );
      throw error;
    } finally {
      // A connection that could not be rolled back may hold the transaction open: it goes.
      client.release(isOpen);
    }
  }
}

/** What was committed stays so, whatever those think who are told. */
function callQuietly(callback: () => void): void {
  try {
    callback();
  } catch {
    return;
  }
}
