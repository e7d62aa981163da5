import type { NewTask } from '#engine';
import type { Json, JsonObject } from '#shared';
import type { TaskDetail, TaskRecord, TaskStatus } from './contract.js';

export interface TaskRow {
  id: string;
  execution_id: string;
  workflow_key: string;
  node_run_id: string;
  node_key: string;
  kind: NewTask['kind'];
  assignee: string;
  delegated_from: string | null;
  title: string;
  status: TaskStatus;
  form: JsonObject | null;
  actions: string[];
  action: string | null;
  comment: string | null;
  created_at: Date;
  submitted_at: Date | null;
  read_at: Date | null;
}

export interface TaskDetailRow extends TaskRow {
  data: Json;
  values: Json;
}

/** True of executions `e` in which people may still act. */
export const MAY_ACT = `e.status in ('queued', 'started') and (e.expires_at is null or e.expires_at > now())`;

/** Tasks `t` with `x.may_act` of their execution, null when that is gone. */
export const TASK_SOURCE = `tasks t
  left join lateral (select ${MAY_ACT} as may_act from executions e where e.id = t.execution_id limit 1) x on true`;

/** True where a task of {@link TASK_SOURCE} is open in its row only: nobody waits for it any more. */
export const IS_STALE = `(t.status = 'open' and t.kind <> 'cc' and not coalesce(x.may_act, false))`;

/** Columns of a {@link TaskRow} over {@link TASK_SOURCE}. */
export const TASK_COLUMNS = `t.id, t.execution_id, (select key from workflows where id = t.workflow_id) as workflow_key,
  t.node_run_id, t.node_key, t.kind, t.assignee, t.delegated_from, t.title,
  case when ${IS_STALE} then 'closed' else t.status end as status, t.form, t.actions, t.action, t.comment, t.created_at,
  t.submitted_at, t.read_at`;

export function toTaskRecord(row: TaskRow): TaskRecord {
  return {
    id: row.id,
    executionId: row.execution_id,
    workflowKey: row.workflow_key,
    nodeRunId: row.node_run_id,
    nodeKey: row.node_key,
    kind: row.kind,
    assignee: row.assignee,
    delegatedFrom: row.delegated_from,
    title: row.title,
    status: row.status,
    form: row.form,
    actions: row.actions,
    action: row.action,
    comment: row.comment,
    createdAt: row.created_at,
    submittedAt: row.submitted_at,
    readAt: row.read_at,
  };
}

export function toTaskDetail(row: TaskDetailRow): TaskDetail {
  return { ...toTaskRecord(row), data: row.data, values: row.values };
}
