import { WriteRefused, type Write } from '#engine';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';
import { insertExecution, stackAllows } from './insert-execution.js';
import type { AppliedWrite } from './applied-write.js';

/** More workflows in a chain than anybody means; each may stand there as often as its own limit says. */
const LONGEST_STACK = 100;

const FIND_TARGET = `select w.id, w.mode, v.id as version_id, v.stack_limit
  from workflows w
  cross join lateral (
    select id, stack_limit from workflow_versions
    where workflow_id = w.id and (id = w.current_version_id or w.current_version_id is null)
    order by number desc limit 1
  ) v
  where w.key = $1 and w.archived_at is null`;

interface TargetRow {
  id: number;
  mode: 'async' | 'sync';
  version_id: number;
  stack_limit: number | null;
}

/** Starts the child of a subflow node. @throws WriteRefused */
export async function startChild(
  transaction: Transaction,
  { executionId, workflowKey, context }: Extract<Write, { kind: 'start_execution' }>,
  origin: WriteOrigin,
): Promise<AppliedWrite> {
  const [target] = await transaction.query<TargetRow>(FIND_TARGET, [workflowKey]);
  if (target === undefined) throw new WriteRefused('unknown_workflow', `There is no workflow "${workflowKey}".`);
  if (origin.mode === 'sync' && target.mode !== 'sync') {
    const message = `The workflow "${workflowKey}" is async; a sync workflow, whose sender waits, can only call sync ones.`;
    throw new WriteRefused('async_subflow', message);
  }
  if (origin.stack.length > LONGEST_STACK || !stackAllows(origin.stack, target.id, target.stack_limit)) {
    const message = `The workflow "${workflowKey}" already is among those that led here as often as its stackLimit allows.`;
    throw new WriteRefused('stack_limit', message);
  }
  await insertExecution(transaction, {
    id: executionId,
    workflowId: target.id,
    versionId: target.version_id,
    mode: target.mode,
    input: context,
    stack: origin.stack,
    replyTo: null,
    parent: { executionId: origin.executionId, nodeRunId: origin.nodeRunId },
  });
  return { result: { executionId }, started: [{ id: executionId, mode: target.mode }] };
}

/** Its parent does not need it any more: it is ended like one whose parent ended. */
export async function giveUpChild(transaction: Transaction, executionId: string): Promise<void> {
  const open = `status in ('queued', 'started')`;
  await transaction.query(`update executions set parent_gone = true where id = $1 and ${open}`, [executionId]);
}
