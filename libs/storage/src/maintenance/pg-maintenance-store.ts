import pg from 'pg';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.js';
import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';
import { PUBLIC_SCHEMA } from '../connection/session-options.js';
import { toStorageError } from '../connection/storage-error.js';
import type { MaintenanceStore, PruneOptions, PruneResult } from '../contract.js';
import { DELETE_EXECUTIONS } from './delete-executions.js';
import { pruneHistory } from './prune-history.js';

/**
 * As the pool's sessions, and without waiting for the disk: what a crash brings back is deleted again. Waiting would
 * only take turns from those who accept.
 */
const SESSION_OPTIONS = `${PUBLIC_SCHEMA} -c enable_seqscan=off -c jit=off -c TimeZone=UTC -c synchronous_commit=off`;

/** A batch takes milliseconds; who stops a worker waits for the one under way. Milliseconds. */
const STATEMENT_TIMEOUT = 10_000;

// Only ended executions have a time of deletion. Asked every second, mostly for nothing: so it touches no other table.
const FIND_DUE = {
  name: 'find-due-deletions',
  text: 'select id from executions where delete_at <= now() order by delete_at limit $1',
};

/** What keeps the tables as small as their retention says. */
export class PgMaintenanceStore implements MaintenanceStore {
  /** @param databaseUrl for the connection that a pass of `prune` opens: its lock and its patience are not the pool's */
  constructor(
    private readonly database: Database,
    private readonly databaseUrl: string,
  ) {}

  async deleteDue(limit: number): Promise<number> {
    const due = await this.database.query<{ id: string }>(FIND_DUE, [limit]);
    if (due.length === 0) return 0;
    const ids = due.map(({ id }) => id);
    return (await this.database.query(DELETE_EXECUTIONS, [ids, ...idBounds(ids)])).length;
  }

  async prune(options: PruneOptions): Promise<PruneResult | null> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: 'hookmill-prune',
      options: SESSION_OPTIONS,
      statement_timeout: STATEMENT_TIMEOUT,
      query_timeout: STATEMENT_TIMEOUT + 250,
      connectionTimeoutMillis: STATEMENT_TIMEOUT,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await tryLock(client)) ? await pruneHistory(client, options) : null;
    } catch (error) {
      throw toStorageError(error);
    } finally {
      // The lock goes with the session.
      await client.end().catch(() => undefined);
    }
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
    ADVISORY_LOCKS.pruning,
  ]);
  return rows[0]!.locked;
}
