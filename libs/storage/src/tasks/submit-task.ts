import { newId } from '#shared';
import { jsonBytes } from '../connection/json-bytes.js';
import { storableText } from '../connection/storable-text.js';
import type { Transaction } from '../connection/transaction.js';
import { DELEGATE_ACTION, DRAFT_ACTIONS, type SubmitResult, type TaskStatus, type TaskSubmission } from './contract.js';
import { findTask } from './find-task.js';
import { MAY_ACT, type TaskDetailRow } from './task-rows.js';

type Faults = Extract<SubmitResult, { kind: 'invalid' }>['faults'];

interface OpenTask {
  id: string;
  node_run_id: string;
  assignee: string;
  status: TaskStatus;
  actions: string[];
}

// The lock that claims, journal entries and endings take too: whoever runs the execution next sees the submission, and
// who is about to let go of it finds that it is due.
const LOCK_EXECUTION = `select ${MAY_ACT} as may_act from executions e where e.id = $1 for no key update`;

const LOCK_TASK = `select id, node_run_id, assignee, status, actions from tasks where id = $1 for update`;

// The clock, not the start of the transaction: submissions are counted in the order in which they got the lock.
const SUBMIT = `update tasks set status = 'done', action = $2, "values" = convert_from($3::bytea, 'UTF8')::json,
    comment = coalesce($4, comment), submitted_at = clock_timestamp()
  where id = $1`;

const SAVE = `update tasks set action = $2, "values" = convert_from($3::bytea, 'UTF8')::json, comment = coalesce($4, comment)
  where id = $1`;

const COMMENT = `update tasks set action = $2, comment = coalesce($3, comment) where id = $1`;

const HAND_ON = `insert into tasks
    (id, execution_id, workflow_id, node_run_id, node_key, kind, assignee, delegated_from, title, actions, form, data)
  select $2, execution_id, workflow_id, node_run_id, node_key, kind, $3, assignee, title, actions, form, data
  from tasks where id = $1`;

const HAS_VOICE = `select 1 from tasks
  where node_run_id = $1 and assignee = $2 and status <> 'closed' and action is distinct from '${DELEGATE_ACTION}' limit 1`;

/** A suspended execution becomes due; one that runs finds it when it lets go; a claim takes it away again. */
const WAKE = `update executions set resume_at = now() where id = $1 and status in ('queued', 'started')`;

/** {@link TaskStore.submit}, in a transaction that is committed whatever comes out. */
export async function submitTask(
  transaction: Transaction,
  id: string,
  submission: TaskSubmission,
): Promise<SubmitResult> {
  const [known] = await transaction.query<{ execution_id: string; status: TaskStatus }>(
    'select execution_id, status from tasks where id = $1',
    [id],
  );
  if (known === undefined) return { kind: 'unknown' };
  const [execution] = await transaction.query<{ may_act: boolean }>(LOCK_EXECUTION, [known.execution_id]);
  // Before the task is locked: who deletes an ended execution takes its tasks first.
  if (execution?.may_act !== true) return { kind: known.status === 'open' ? 'execution_ended' : 'not_open' };
  const [task] = await transaction.query<OpenTask>(LOCK_TASK, [id]);
  if (task?.status !== 'open') return { kind: 'not_open' };
  const faults = await faultsOf(transaction, task, submission);
  if (faults.length > 0) return { kind: 'invalid', faults };
  const wakes = await write(transaction, id, submission);
  if (wakes) await transaction.query(WAKE, [known.execution_id]);
  const now = await findTask((text, values) => transaction.query<TaskDetailRow>(text, values), id);
  return now === null ? { kind: 'unknown' } : { kind: 'submitted', task: now, wakes };
}

async function faultsOf(
  transaction: Transaction,
  task: OpenTask,
  { action, delegateTo }: TaskSubmission,
): Promise<Faults> {
  if (!task.actions.includes(action)) {
    const message = task.actions.length === 0 ? 'this task takes no action' : `use one of ${task.actions.join(', ')}`;
    return [{ pointer: '/action', code: 'invalid', message }];
  }
  const pointer = '/delegateTo';
  if (action !== DELEGATE_ACTION) {
    return delegateTo === null ? [] : [{ pointer, code: 'invalid', message: 'only for the action delegate' }];
  }
  if (delegateTo === null) return [{ pointer, code: 'missing', message: 'name who gets the task' }];
  const to = storableText(delegateTo);
  const voices = await transaction.query(HAS_VOICE, [task.node_run_id, to]);
  if (voices.length === 0) return [];
  return [{ pointer, code: 'duplicate', message: `${to} has this task already: choose somebody else` }];
}

/** True when the execution may go on by it. */
async function write(transaction: Transaction, id: string, submission: TaskSubmission): Promise<boolean> {
  const { action, values, delegateTo } = submission;
  const comment = submission.comment === null ? null : storableText(submission.comment);
  if (action === 'comment') {
    await transaction.query(COMMENT, [id, action, comment]);
    return false;
  }
  const isDraft = DRAFT_ACTIONS.has(action);
  await transaction.query(isDraft ? SAVE : SUBMIT, [id, action, jsonBytes(values), comment]);
  if (delegateTo !== null) await transaction.query(HAND_ON, [id, newId(), storableText(delegateTo)]);
  return !isDraft && delegateTo === null;
}
