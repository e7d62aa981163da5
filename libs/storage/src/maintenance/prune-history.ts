import type pg from 'pg';
import type { PruneOptions, PruneResult } from '../contract.js';
import { dropPastDays } from '../partitions/drop-past-days.js';
import { deleteDedupIds } from './delete-dedup-ids.js';
import { deleteExecutions } from './delete-executions.js';
import { deleteNotifications } from './delete-notifications.js';
import { deleteRefusalCounts } from './delete-refusal-counts.js';
import { deleteReplays } from './delete-replays.js';
import { deleteRequests } from './delete-requests.js';
import { deleteStrayTasks } from './delete-stray-tasks.js';
import { loadRetentionPlan } from './retention-plan.js';

/** One pass over everything that is past its retention: whole days first, then row by row what they leave. */
export async function pruneHistory(client: Pick<pg.Client, 'query'>, options: PruneOptions): Promise<PruneResult> {
  const plan = await loadRetentionPlan(client, options.retentionMs);
  const { dropped, postponed } = await dropPastDays(client, plan.daysBefore, options.signal);
  let rows = 0;
  for (const { workflowId, before, byDay } of plan.cutoffs) {
    // A day that was only busy leaves whole next time: its rows are not deleted one by one.
    if (byDay && postponed.length > 0) continue;
    if (workflowId !== null) rows += await deleteExecutions(client, workflowId, before, options);
    rows += await deleteRequests(client, workflowId, before, options);
  }
  rows += await deleteStrayTasks(client, options);
  rows += await deleteDedupIds(client, options);
  rows += await deleteRefusalCounts(client, plan.countsBefore, options);
  rows += await deleteNotifications(client, plan.countsBefore, options);
  rows += await deleteReplays(client, plan.daysBefore, options);
  return { rows, partitions: dropped, postponed };
}
