import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';
import type { DispatchStore, QueuedExecution, RunnableExecution } from '../contract.js';
import { LOAD_RUNNABLE, toRunnable, type RunnableRow } from './runnable-query.js';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

const FIND_QUEUED = {
  name: 'find-queued',
  text: `select id, attempt, mode, case when previous_execution_id is null then dedup_id end as dedup_id from executions
    where status = 'queued' and id > $1 and created_at <= now() - $2 * interval '1 millisecond'
    order by id limit $3`,
};

const REMOVE_EXPIRED_LEASES = {
  name: 'remove-expired-leases',
  text: `delete from leases where expires_at < now() - $1 * interval '1 millisecond'`,
};

const FIND_LOST = {
  name: 'find-lost',
  text: `select e.id from executions e
    where e.lease_id is not null and e.status = 'started' and not exists (select 1 from leases l where l.id = e.lease_id)
    order by e.id limit $1`,
};

const COUNT_QUEUED = {
  name: 'count-queued',
  text: `select count(*)::int as count from (select 1 from executions where status = 'queued' limit $1) as waiting`,
};

/** What the dispatcher asks. Reads go over partial indexes that hold open executions only. */
export class PgDispatchStore implements DispatchStore {
  constructor(private readonly database: Database) {}

  async findQueued(olderThanMs: number, after: string | null, limit: number): Promise<QueuedExecution[]> {
    const rows = await this.database.query<{
      id: string;
      attempt: number;
      mode: 'async' | 'sync';
      dedup_id: Buffer | null;
    }>(FIND_QUEUED, [after ?? FIRST_ID, olderThanMs, limit]);
    return rows.map(({ id, attempt, mode, dedup_id }) => ({ id, attempt, mode, dedupId: dedup_id }));
  }

  /**
   * Takes expired leases away first, in a statement of its own: a worker that renews late then learns that it lost,
   * and only what it cannot come back to is reported.
   */
  async findLost(graceMs: number, limit: number): Promise<RunnableExecution[]> {
    await this.database.query(REMOVE_EXPIRED_LEASES, [graceMs]);
    const lost = await this.database.query<{ id: string }>(FIND_LOST, [limit]);
    if (lost.length === 0) return [];
    const ids = lost.map((row) => row.id);
    const rows = await this.database.query<RunnableRow>(LOAD_RUNNABLE, [ids, ...idBounds(ids)]);
    return rows.map(toRunnable);
  }

  async countQueued(limit: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(COUNT_QUEUED, [limit]);
    return row!.count;
  }
}
