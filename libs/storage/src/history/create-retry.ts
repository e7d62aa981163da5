import type { NodeRunRecord } from '#engine';
import { isUuid, type SecretBox } from '#shared';
import type { Database } from '../connection/database.js';
import type { RetryResult } from '../contract.js';
import { sealRuns } from '../running/seal-runs.js';

/** What `HistoryStore.createRetry` takes. */
export interface RetryToCreate {
  /** UUIDv7 of the new execution. */
  id: string;
  /** The execution that is retried. */
  of: string;
  versionId: 'same' | 'current';
  /** Visits that are not made again. */
  restored: readonly NodeRunRecord[];
}

interface RetryRow {
  status: string | null;
  mode: 'async' | 'sync';
  version_id: number | null;
  has_request: boolean;
  created: boolean;
}

// The request is locked, so that who deletes what nobody needs sees this execution, or this one finds it gone. No dedup
// id: its key may belong to another execution by now, and nobody waits for a reply.
const CREATE_RETRY = {
  name: 'create-retry',
  text: `with old as materialized (
      select e.id, e.request_id, e.workflow_id, e.status, e.stack, w.mode,
        case when w.archived_at is null then case when $3 then w.current_version_id else e.version_id end end as version_id
      from executions e join workflows w on w.id = e.workflow_id
      where e.id = $2
    ),
    kept_request as materialized (
      select id from requests where id = (select request_id from old) for key share
    ),
    kept_input as materialized (
      select i.input from execution_inputs i
      where i.execution_id = (select id from old where request_id is null)
    ),
    known as materialized (
      select old.*, exists (select 1 from kept_request) or exists (select 1 from kept_input) as has_request from old
    ),
    queued as (
      insert into executions (id, request_id, previous_execution_id, workflow_id, version_id, mode, attempt, stack)
      select $1, request_id, id, workflow_id, version_id, mode, case when $4::bytea is null then 0 else 1 end, stack
      from known where status not in ('queued', 'started') and version_id is not null and has_request
      returning id
    ),
    inputs as (
      insert into execution_inputs (execution_id, input) select queued.id, kept_input.input from queued, kept_input
    ),
    runs as (
      insert into node_runs (execution_id, seq, runs)
      select id, 0, convert_from($4::bytea, 'UTF8')::json from queued where $4::bytea is not null
    )
    select status, mode, version_id, has_request, exists (select 1 from queued) as created from known`,
};

/**
 * A new execution of what an ended one ran on, in one statement: the same request or input, a journal of the visits that
 * are not made again, a link to the old one.
 */
export async function createRetry(
  database: Pick<Database, 'query'>,
  box: SecretBox,
  { id, of, versionId, restored }: RetryToCreate,
): Promise<RetryResult> {
  if (!isUuid(of)) return { kind: 'unknown' };
  const runs = restored.length > 0 ? sealRuns(box, id.toLowerCase(), restored) : null;
  const [row] = await database.query<RetryRow>(CREATE_RETRY, [id, of, versionId === 'current', runs]);
  if (row === undefined) return { kind: 'unknown' };
  if (row.created) return { kind: 'created', attempt: runs === null ? 0 : 1, mode: row.mode };
  if (row.status === 'queued' || row.status === 'started') return { kind: 'open' };
  return { kind: row.version_id === null ? 'no_version' : 'no_request' };
}
