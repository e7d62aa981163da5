import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';
import type { DispatchStore, LostExecution, QueuedExecution } from '../contract.js';
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
  text: `select e.id, exists (select 1 from node_runs n where n.execution_id = e.id) as journaled from executions e
    where e.lease_id is not null and e.status = 'started' and not exists (select 1 from leases l where l.id = e.lease_id)
    order by e.id limit $1`,
};

// Its start is forgotten: people see it wait, and its true start is that of the run that ends it.
const REQUEUE_LOST = {
  name: 'requeue-lost',
  text: `update executions e set status = 'queued', lease_id = null, started_at = null
    where e.id = $1 and e.status = 'started' and e.attempt = $2 and e.lease_id = $3
      and not exists (select 1 from leases l where l.id = e.lease_id)
      and not exists (select 1 from node_runs n where n.execution_id = e.id)
    returning e.id`,
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
  async findLost(graceMs: number, limit: number): Promise<LostExecution[]> {
    await this.database.query(REMOVE_EXPIRED_LEASES, [graceMs]);
    const lost = await this.database.query<{ id: string; journaled: boolean }>(FIND_LOST, [limit]);
    if (lost.length === 0) return [];
    const ids = lost.map((row) => row.id);
    const rows = await this.database.query<RunnableRow>(LOAD_RUNNABLE, [ids, ...idBounds(ids)]);
    const journaled = new Map(lost.map((row) => [row.id, row.journaled]));
    return rows.map((row) => ({ ...toRunnable(row), journaled: journaled.get(row.id)! }));
  }

  async requeueLost({ id, attempt, leaseId }: Pick<LostExecution, 'id' | 'attempt' | 'leaseId'>): Promise<boolean> {
    return (await this.database.query(REQUEUE_LOST, [id, attempt, leaseId])).length === 1;
  }

  async countQueued(limit: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(COUNT_QUEUED, [limit]);
    return row!.count;
  }
}
