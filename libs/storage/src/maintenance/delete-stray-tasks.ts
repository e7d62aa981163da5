import type pg from 'pg';
import type { PruneOptions } from '../contract.js';
import { inBatches } from './in-batches.js';

// Executions also leave with their day, which drops a partition and looks at no row. Tasks are few: all are walked, once
// a pass. A cc may still be unread when its execution has ended.
const SWEEP = {
  name: 'sweep-tasks',
  text: `with walked as materialized (
      select t.id, e.status as execution_status
      from (select id, execution_id from tasks where id > $1 order by id limit $2) t
      left join lateral (select status from executions where id = t.execution_id limit 1) e on true
    ),
    gone as (
      delete from tasks using walked where tasks.id = walked.id and walked.execution_status is null returning tasks.id
    ),
    closed as (
      update tasks set status = 'closed' from walked
      where tasks.id = walked.id and walked.execution_status not in ('queued', 'started')
        and tasks.status = 'open' and tasks.kind <> 'cc'
    )
    select (select count(*)::int from gone) as deleted, count(*)::int as walked, max(id::text) as last from walked`,
};

interface SweptRow {
  deleted: number;
  walked: number;
  last: string | null;
}

/** Deletes tasks whose execution is gone, and closes those that an ended one left open. How many were deleted. */
export function deleteStrayTasks(client: Pick<pg.Client, 'query'>, { batch, signal }: PruneOptions): Promise<number> {
  return inBatches(signal, async (after) => {
    const { rows } = await client.query<SweptRow>({ ...SWEEP, values: [after, batch] });
    const { deleted, walked, last } = rows[0]!;
    return { deleted, next: walked === batch ? last : null };
  });
}
