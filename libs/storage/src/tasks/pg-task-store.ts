import type { TaskState } from '#engine';
import { isUuid } from '#shared';
import { decodeCursor } from '../connection/cursor.js';
import type { Database } from '../connection/database.js';
import { storableText } from '../connection/storable-text.js';
import { toPage } from '../connection/to-page.js';
import type { Page } from '../contract.js';
import type {
  SubmitResult,
  TaskDetail,
  TaskFilter,
  TaskRecord,
  TaskStore,
  TaskSubmission,
  WokenExecution,
} from './contract.js';
import { findTask } from './find-task.js';
import { submitTask } from './submit-task.js';
import { IS_STALE, TASK_COLUMNS, TASK_SOURCE, toTaskRecord, type TaskDetailRow, type TaskRow } from './task-rows.js';

/** Literals, for partial indexes are chosen by them. */
const WITH_STATUS = {
  open: `t.status = 'open' and not ${IS_STALE}`,
  done: `t.status = 'done'`,
  closed: `(t.status = 'closed' or ${IS_STALE})`,
} as const;

const STATES = {
  name: 'task-states',
  text: `select assignee, status, action, "values", comment, submitted_at from tasks where node_run_id = $1
    order by submitted_at nulls last, id`,
};

const MARK_READ = {
  name: 'mark-task-read',
  text: `update tasks set read_at = coalesce(read_at, now()), status = case kind when 'cc' then 'done' else status end
    where id = $1`,
};

// As the dispatcher does with all that are due. Its job id is of no earlier job: the attempt has grown.
const WAKE = {
  name: 'wake-execution',
  text: `update executions e set status = 'queued', resume_at = null
    where e.id = $1 and e.status = 'started' and e.lease_id is null and e.resume_at <= now()
    returning e.id, e.attempt, e.mode, case when e.previous_execution_id is null then e.dedup_id end as dedup_id`,
};

interface StateRow {
  assignee: string;
  status: TaskState['status'];
  action: string | null;
  values: TaskState['values'];
  comment: string | null;
  submitted_at: Date | null;
}

interface WokenRow extends Omit<WokenExecution, 'dedupId'> {
  dedup_id: Buffer | null;
}

/** Tasks in Postgres. Ids that are no UUIDs are unknown; a filter that cannot match gives an empty list. */
export class PgTaskStore implements TaskStore {
  constructor(private readonly database: Database) {}

  async list(filter: TaskFilter): Promise<Page<TaskRecord>> {
    const { sql, values } = conditionsOf(filter);
    const text = `select ${TASK_COLUMNS} from ${TASK_SOURCE} where ${sql}
      order by t.id desc limit $${values.length + 1}`;
    const rows = await this.database.query<TaskRow>({ text }, [...values, filter.limit + 1]);
    return toPage(rows, filter.limit, toTaskRecord, (row) => row.id);
  }

  async find(id: string): Promise<TaskDetail | null> {
    if (!isUuid(id)) return null;
    return findTask((text, values) => this.database.query<TaskDetailRow>({ text }, values), id);
  }

  async statesOf(nodeRunId: string): Promise<TaskState[]> {
    const rows = await this.database.query<StateRow>(STATES, [nodeRunId]);
    return rows.map(({ submitted_at, ...state }) => ({ ...state, submittedAt: submitted_at?.toISOString() ?? null }));
  }

  async submit(id: string, submission: TaskSubmission): Promise<SubmitResult> {
    if (!isUuid(id)) return { kind: 'unknown' };
    return this.database.transaction((transaction) => submitTask(transaction, id, submission));
  }

  async markRead(id: string): Promise<TaskDetail | null> {
    if (!isUuid(id)) return null;
    await this.database.query(MARK_READ, [id]);
    return this.find(id);
  }

  async wake(executionId: string): Promise<WokenExecution | null> {
    if (!isUuid(executionId)) return null;
    const [row] = await this.database.query<WokenRow>(WAKE, [executionId]);
    if (row === undefined) return null;
    const { dedup_id: dedupId, ...woken } = row;
    return { ...woken, dedupId };
  }
}

function conditionsOf(filter: TaskFilter): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts: string[] = [];
  const add = (sql: (placeholder: string) => string, value: unknown): void => {
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  const cursor = decodeCursor(filter.cursor, isUuid);
  if (cursor !== null) add((place) => `t.id < ${place}::uuid`, cursor);
  if (filter.assignee !== undefined) add((place) => `t.assignee = ${place}`, storableText(filter.assignee));
  if (filter.kind !== undefined) add((place) => `t.kind = ${place}`, filter.kind);
  if (filter.execution !== undefined) {
    if (isUuid(filter.execution)) add((place) => `t.execution_id = ${place}::uuid`, filter.execution);
    else parts.push('false');
  }
  if (filter.workflow !== undefined) {
    const key = storableText(filter.workflow);
    add((place) => `t.workflow_id = (select id from workflows where key = ${place})`, key);
  }
  if (filter.status !== undefined) parts.push(WITH_STATUS[filter.status]);
  return { sql: parts.length > 0 ? parts.join(' and ') : 'true', values };
}
