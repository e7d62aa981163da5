import type { Database } from '../connection/database.js';
import type { DispatchStore, LostExecution, QueuedExecution } from '../contract.js';
import { NO_LEASE } from './no-lease.js';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Columns of a `QueuedRow` over `executions e`. A chunk's job carries its members' first attempt only. */
const QUEUED_COLUMNS = `e.id, e.attempt, e.mode, case when e.previous_execution_id is null then e.dedup_id end as dedup_id,
  case when e.attempt = 0 then e.chunk_id end as chunk_id`;

interface QueuedRow {
  id: string;
  attempt: number;
  mode: 'async' | 'sync';
  dedup_id: Buffer | null;
  chunk_id: string | null;
}

const FIND_QUEUED = {
  name: 'find-queued',
  text: `select ${QUEUED_COLUMNS} from executions e
    where e.status = 'queued' and e.id > $1 and e.created_at <= now() - $2 * interval '1 millisecond'
    order by e.id limit $3`,
};

const REMOVE_EXPIRED_LEASES = {
  name: 'remove-expired-leases',
  text: `delete from leases where expires_at < now() - $1 * interval '1 millisecond'`,
};

const FIND_LOST = {
  name: 'find-lost',
  text: `select e.id, e.attempt, e.lease_id, w.key as workflow_key, e.lost
    from executions e join workflows w on w.id = e.workflow_id
    where e.lease_id is not null and e.status = 'started' and not exists (select 1 from leases l where l.id = e.lease_id)
    order by e.id limit $1`,
};

const REQUEUE_LOST = {
  name: 'requeue-lost',
  text: `update executions e set status = 'queued', lease_id = null,
      lost = e.lost + case e.lease_id when ${NO_LEASE.outage} then 0 else 1 end
    where e.id = $1 and e.status = 'started' and e.attempt = $2 and e.lease_id = $3
      and not exists (select 1 from leases l where l.id = e.lease_id)
    returning ${QUEUED_COLUMNS}`,
};

// Several dispatchers ask: each takes what the others have not locked.
const RESUME_DUE = {
  name: 'resume-due',
  text: `with due as materialized (
      select id from executions
      where resume_at is not null and resume_at <= now() and status = 'started' and lease_id is null
      order by resume_at limit $1
      for no key update skip locked
    )
    update executions e set status = 'queued', resume_at = null
    from due where e.id = due.id
    returning ${QUEUED_COLUMNS}`,
};

const RESUME_WOKEN = {
  name: 'resume-woken',
  text: `update executions e set status = 'queued', resume_at = null
    where e.id = $1 and e.resume_at <= now() and e.status = 'started' and e.lease_id is null
    returning ${QUEUED_COLUMNS}`,
};

// Over the index of open children, which is as long as there are any.
const FIND_ORPHANS = {
  name: 'find-orphans',
  text: `select c.id from executions c
    left join lateral (select status from executions where id = c.parent_execution_id limit 1) p on true
    where c.parent_execution_id is not null and c.status in ('queued', 'started')
      and (c.parent_gone or p.status is null or p.status not in ('queued', 'started'))
    limit $1`,
};

// A worker that vanished or gave up ends nothing any more, but until its lease is taken away nobody knows.
const FIND_EXPIRED = {
  name: 'find-expired',
  text: `select id from executions
    where expires_at is not null and status in ('queued', 'started')
      and expires_at <= now() - case when coalesce(lease_id, 0) > 0 then $1 else 0 end * interval '1 millisecond'
      and expires_at <= now()
    order by expires_at limit $2`,
};

const COUNT_QUEUED = {
  name: 'count-queued',
  text: `select count(*)::int as count from (select 1 from executions where status = 'queued' limit $1) as waiting`,
};

interface LostRow {
  id: string;
  attempt: number;
  lease_id: number;
  workflow_key: string;
  lost: number;
}

/** What the dispatcher asks. Reads go over partial indexes that hold open executions only. */
export class PgDispatchStore implements DispatchStore {
  constructor(private readonly database: Database) {}

  async findQueued(olderThanMs: number, after: string | null, limit: number): Promise<QueuedExecution[]> {
    const rows = await this.database.query<QueuedRow>(FIND_QUEUED, [after ?? FIRST_ID, olderThanMs, limit]);
    return rows.map(toQueued);
  }

  /**
   * Takes expired leases away first, in a statement of its own: a worker that renews late then learns that it lost,
   * and only what it cannot come back to is reported.
   */
  async findLost(graceMs: number, limit: number): Promise<LostExecution[]> {
    await this.database.query(REMOVE_EXPIRED_LEASES, [graceMs]);
    const rows = await this.database.query<LostRow>(FIND_LOST, [limit]);
    return rows.map(({ id, attempt, lease_id, workflow_key, lost }) => ({
      id,
      attempt,
      leaseId: lease_id,
      workflowKey: workflow_key,
      lostWorkers: lost,
      isCounted: lease_id !== NO_LEASE.outage,
    }));
  }

  async requeueLost({
    id,
    attempt,
    leaseId,
  }: Pick<LostExecution, 'id' | 'attempt' | 'leaseId'>): Promise<QueuedExecution | null> {
    const [row] = await this.database.query<QueuedRow>(REQUEUE_LOST, [id, attempt, leaseId]);
    return row === undefined ? null : toQueued(row);
  }

  async resumeDue(limit: number): Promise<QueuedExecution[]> {
    return (await this.database.query<QueuedRow>(RESUME_DUE, [limit])).map(toQueued);
  }

  async resumeWoken(executionId: string): Promise<QueuedExecution | null> {
    const [row] = await this.database.query<QueuedRow>(RESUME_WOKEN, [executionId]);
    return row === undefined ? null : toQueued(row);
  }

  async findOrphans(limit: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(FIND_ORPHANS, [limit]);
    return rows.map((row) => row.id);
  }

  async findExpired(graceMs: number, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(FIND_EXPIRED, [graceMs, limit]);
    return rows.map((row) => row.id);
  }

  async countQueued(limit: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(COUNT_QUEUED, [limit]);
    return row!.count;
  }
}

function toQueued({ id, attempt, mode, dedup_id, chunk_id }: QueuedRow): QueuedExecution {
  return { id, attempt, mode, dedupId: dedup_id, chunkId: chunk_id };
}
