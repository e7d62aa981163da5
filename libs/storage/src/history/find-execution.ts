import type { EndReason, ExecutionStatus, NodeError, NodeRunRecord, Reply } from '#engine';
import type { Json } from '#shared';
import type { Database } from '../connection/database.js';
import type { ExecutionDetail, ExecutionRecord } from '../contract.js';
import { loadRuns } from '../running/load-runs.js';
import { toStoredRequest, type RequestColumns } from '../running/runnable-query.js';

export interface ExecutionRow {
  id: string;
  workflow_key: string;
  version: number;
  status: ExecutionStatus;
  reason: EndReason | null;
  execution_request_id: string | null;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
}

interface DetailRow extends ExecutionRow, RequestColumns {
  version_id: number;
  previous_execution_id: string | null;
  replay_id: string | null;
  input: Json;
  reply: Reply | null;
  output: Json;
  error: NodeError | null;
}

/** Columns of an `ExecutionRow` over `executions e`, `workflows w`, `workflow_versions v`. */
export const EXECUTION_COLUMNS = `e.id, w.key as workflow_key, v.number as version, e.status, e.reason,
  e.request_id as execution_request_id, e.created_at, e.started_at, e.ended_at`;

const FIND = {
  name: 'find-execution',
  text: `select ${EXECUTION_COLUMNS}, e.version_id, e.previous_execution_id, m.replay_id, i.input, o.reply, o.output, o.error,
    r.id as request_id, r.received_at, r.method, r.url, r.ip, r.headers, r.body, r.content, r.content_type, r.delivery_id
  from executions e
  join workflows w on w.id = e.workflow_id
  join workflow_versions v on v.id = e.version_id
  left join lateral (select * from requests where id = e.request_id limit 1) r on true
  left join lateral (select input from execution_inputs where execution_id = e.id limit 1) i on true
  left join lateral (select * from execution_results where execution_id = e.id limit 1) o on true
  left join lateral (select replay_id from replay_members where execution_id = e.id limit 1) m on true
  where e.id = $1`,
};

/** Everything about one execution; null when there is none. */
export async function findExecution(database: Database, id: string): Promise<ExecutionDetail | null> {
  const [row] = await database.query<DetailRow>(FIND, [id]);
  if (row === undefined) return null;
  const { runs } = await loadRuns(database, id);
  return {
    ...toExecutionRecord(row),
    versionId: row.version_id,
    request: toStoredRequest(row),
    input: row.input,
    previousExecutionId: row.previous_execution_id,
    replayId: row.replay_id,
    nodeRuns: runs.map(withoutRestore),
    reply: row.reply,
    output: row.output,
    error: row.error,
  };
}

export function toExecutionRecord(row: ExecutionRow): ExecutionRecord {
  return {
    id: row.id,
    workflowKey: row.workflow_key,
    version: row.version,
    status: row.status,
    reason: row.reason,
    requestId: row.execution_request_id,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

/** What only a run may see stays behind: the rest of the record is what people are shown. */
function withoutRestore({ restore: _, ...shown }: NodeRunRecord): NodeRunRecord {
  return shown;
}
