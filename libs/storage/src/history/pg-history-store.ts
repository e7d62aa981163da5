import { isUuid, type Json, type SecretBox } from '#shared';
import type { Database } from '../connection/database.js';
import { jsonBytes } from '../connection/json-bytes.js';
import { storableText } from '../connection/storable-text.js';
import { toPage } from '../connection/to-page.js';
import {
  RejectedRow,
  type ExecutionDetail,
  type ExecutionRecord,
  type HistoryFilter,
  type HistoryStore,
  type Page,
  type RequestDetail,
  type RefusalCounts,
  type RequestRecord,
  type RequestScan,
  type RequestScanPage,
  type RetryResult,
} from '../contract.js';
import { countRefusals } from './count-refusals.js';
import { createRetry, type RetryToCreate } from './create-retry.js';
import { EXECUTION_COLUMNS, findExecution, toExecutionRecord, type ExecutionRow } from './find-execution.js';
import { REQUEST_COLUMNS, findRequest, toRequestRecord, type RequestRow } from './find-request.js';
import { executionSource, requestConditions } from './history-filter.js';
import { SCAN_BOUNDS, scanRequests } from './scan-requests.js';

const CREATE_MANUAL = {
  text: `with queued as (
      insert into executions (id, workflow_id, version_id, mode, reply_to)
      select $1, w.id, v.id, w.mode, $4
      from workflows w join workflow_versions v on v.workflow_id = w.id
      where w.id = $2 and v.id = $3
      returning id
    )
    insert into execution_inputs (execution_id, input)
    select id, convert_from($5::bytea, 'UTF8')::json from queued returning execution_id`,
};

// Only an ended row is deleted; its parts go by what was deleted, in the same statement.
const DELETE_EXECUTION = {
  text: `with gone as (
      delete from executions where id = $1 and status not in ('queued', 'started') returning id
    ),
    results as (delete from execution_results where execution_id = $1 and exists (select 1 from gone)),
    inputs as (delete from execution_inputs where execution_id = $1 and exists (select 1 from gone)),
    runs as (delete from node_runs where execution_id = $1 and exists (select 1 from gone)),
    asked as (delete from tasks where execution_id = $1 and exists (select 1 from gone))
    select exists (select 1 from gone) as deleted, exists (select 1 from executions where id = $1) as known`,
};

// What an open execution runs on stays, a retry's too: those are found over the partial indexes of open executions.
const DELETE_REQUEST = {
  text: `with gone as (
      delete from requests where id = $1
        and not exists (select 1 from executions where status = 'queued' and request_id = $1)
        and not exists (select 1 from executions where status = 'started' and request_id = $1)
      returning id
    )
    select exists (select 1 from gone) as deleted, exists (select 1 from requests where id = $1) as known`,
};

/** Lists never read payloads; ids that are no UUIDs are unknown. */
export class PgHistoryStore implements HistoryStore {
  /** @param box encrypts what a retry takes over of true results behind masked ones */
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async listExecutions(filter: HistoryFilter): Promise<Page<ExecutionRecord>> {
    const { from, id, sql, values } = executionSource(filter);
    const text = `select ${EXECUTION_COLUMNS}
      from (select e.* from ${from} where ${sql} order by ${id} desc limit $${values.length + 1}) e
      join workflows w on w.id = e.workflow_id join workflow_versions v on v.id = e.version_id
      order by e.id desc`;
    const rows = await this.database.query<ExecutionRow>({ text }, [...values, filter.limit + 1]);
    return toPage(rows, filter.limit, toExecutionRecord, (row) => row.id);
  }

  async findExecution(id: string): Promise<ExecutionDetail | null> {
    return isUuid(id) ? findExecution(this.database, id) : null;
  }

  async listRequests(filter: HistoryFilter): Promise<Page<RequestRecord>> {
    const { sql, values } = requestConditions(filter);
    const text = `select ${REQUEST_COLUMNS}
      from (select * from requests r where ${sql} order by r.id desc limit $${values.length + 1}) r
      left join workflows w on w.id = r.workflow_id
      order by r.id desc`;
    const rows = await this.database.query<RequestRow>({ text }, [...values, filter.limit + 1]);
    return toPage(rows, filter.limit, toRequestRecord, (row) => row.id);
  }

  async findRequest(id: string): Promise<RequestDetail | null> {
    return isUuid(id) ? findRequest(this.database, id) : null;
  }

  async scanRequests(scan: RequestScan): Promise<RequestScanPage> {
    return scanRequests(this.database, scan, SCAN_BOUNDS);
  }

  async countRefusals(range: { workflow?: string | undefined; from: Date; to: Date }): Promise<RefusalCounts> {
    return countRefusals(this.database, range);
  }

  /** Takes the workflow's mode. Throws {@link RejectedRow} when the version is not one of the workflow. */
  async createManual(execution: {
    id: string;
    workflowId: number;
    versionId: number;
    input: Json;
    replyTo: string;
  }): Promise<void> {
    const { id, workflowId, versionId, input, replyTo } = execution;
    const values = [id, workflowId, versionId, storableText(replyTo), jsonBytes(input)];
    const created = await this.database.query(CREATE_MANUAL, values);
    if (created.length === 0) throw new RejectedRow(`Workflow ${workflowId} has no version ${versionId}.`);
  }

  async createRetry(retry: RetryToCreate): Promise<RetryResult> {
    return createRetry(this.database, this.box, retry);
  }

  async deleteExecution(id: string): Promise<'deleted' | 'open' | 'unknown'> {
    if (!isUuid(id)) return 'unknown';
    const [row] = await this.database.query<{ deleted: boolean; known: boolean }>(DELETE_EXECUTION, [id]);
    if (row!.deleted) return 'deleted';
    return row!.known ? 'open' : 'unknown';
  }

  async deleteRequest(id: string): Promise<'deleted' | 'open' | 'unknown'> {
    if (!isUuid(id)) return 'unknown';
    const [row] = await this.database.query<{ deleted: boolean; known: boolean }>(DELETE_REQUEST, [id]);
    if (row!.deleted) return 'deleted';
    return row!.known ? 'open' : 'unknown';
  }
}
