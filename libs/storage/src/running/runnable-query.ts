import type { ExecutionStatus, ParsedContent, StoredRequest } from '#engine';
import { joinHeaders, type Json } from '#shared';
import type { RunnableExecution } from '../contract.js';
import type { PartitionedStatement } from '../partitions/partitioned-query.js';
import { toHeaderList, type StoredHeaders } from './stored-headers.js';

/** Columns of a stored request, as the driver gives them; all null when the join found none. */
export interface RequestColumns {
  request_id: string | null;
  received_at: Date | null;
  method: string;
  url: string;
  ip: string;
  headers: StoredHeaders | null;
  body: Buffer | null;
  content: Buffer | null;
  content_type: string | null;
  delivery_id: string | null;
}

export interface RunnableRow extends RequestColumns {
  id: string;
  status: ExecutionStatus;
  attempt: number;
  lease_id: number | null;
  workflow_id: number;
  workflow_key: string;
  version_id: number;
  version: number;
  mode: 'async' | 'sync';
  reply_to: string | null;
  dedup_id: Buffer | null;
  created_at: Date;
  started_at: Date | null;
  expires_in_ms: number | null;
  lost: number;
  parent_execution_id: string | null;
  loaded_at: Date;
  /** Set also where the request was not found. */
  wanted_request_id: string | null;
  input: Json;
}

/**
 * Executions `$1` with what is needed to run them; `$2` and `$3` are the bounds of the ids. The laterals keep the
 * look-ups nested loops, whose partitions are pruned row by row.
 */
export const LOAD_RUNNABLE: PartitionedStatement = {
  name: 'load-runnable',
  text: (
    tables,
  ) => `select e.id, e.status, e.attempt, e.lease_id, e.workflow_id, w.key as workflow_key, e.version_id, v.number as version, e.mode,
    e.reply_to, e.dedup_id, e.created_at, e.started_at, e.lost, e.parent_execution_id, now() as loaded_at, e.request_id as wanted_request_id,
    (extract(epoch from e.expires_at - now()) * 1000)::float8 as expires_in_ms, r.id as request_id, r.received_at, r.method, r.url, r.ip, r.headers, r.body, r.content,
    r.content_type, r.delivery_id, i.input
  from ${tables.executions} e
  join workflows w on w.id = e.workflow_id
  join workflow_versions v on v.id = e.version_id
  left join lateral (select * from ${tables.requests} where id = e.request_id limit 1) r on true
  left join lateral (select input from ${tables.execution_inputs} where execution_id = e.id limit 1) i on true
  where e.id = any($1::uuid[]) and e.id >= $2 and e.id <= $3`,
};

/** Null when the row's request is not there: started by hand, or deleted. */
export function toStoredRequest(row: RequestColumns): StoredRequest | null {
  if (row.request_id === null || row.received_at === null) return null;
  const rawHeaders = toHeaderList(row.headers ?? []);
  return {
    id: row.request_id,
    receivedAt: row.received_at,
    method: row.method,
    url: row.url,
    ip: row.ip,
    rawHeaders,
    headers: joinHeaders(rawHeaders),
    body: row.body ?? Buffer.alloc(0),
    content: toContent(row),
    deliveryId: row.delivery_id,
  };
}

/** What was parsed instead of the body; null when the body was. */
export function toContent(row: Pick<RequestColumns, 'content' | 'content_type'>): ParsedContent | null {
  return row.content === null ? null : { body: row.content, contentType: row.content_type };
}

export function toRunnable(row: RunnableRow): RunnableExecution {
  return {
    id: row.id,
    status: row.status,
    attempt: row.attempt,
    leaseId: row.lease_id,
    workflowId: row.workflow_id,
    workflowKey: row.workflow_key,
    versionId: row.version_id,
    version: row.version,
    mode: row.mode,
    replyTo: row.reply_to,
    dedupId: row.dedup_id,
    createdAt: row.created_at,
    startedAt: row.started_at,
    expiresInMs: row.expires_in_ms,
    lostWorkers: row.lost,
    parentExecutionId: row.parent_execution_id,
    loadedAt: row.loaded_at,
    request: toStoredRequest(row),
    input: row.input,
  };
}
