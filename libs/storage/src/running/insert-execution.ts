import type { Json } from '#shared';
import { jsonBytes } from '../connection/json-bytes.js';
import type { Transaction } from '../connection/transaction.js';

/** An execution that no request starts: by a node, a trigger of ours, a record. */
export interface ExecutionToInsert {
  /** UUIDv7. */
  id: string;
  workflowId: number;
  versionId: number;
  mode: 'async' | 'sync';
  /** `$context`. */
  input: Json;
  /** Workflows whose executions led here, see `WriteOrigin.stack`. */
  stack: readonly number[];
  /** Instance whose reply channel wakes a waiter; null when nobody waits. */
  replyTo: string | null;
  /** The visit that waits for its end. */
  parent: { executionId: string; nodeRunId: string } | null;
}

const INSERT_EXECUTION = `with queued as (
    insert into executions (id, workflow_id, version_id, mode, reply_to, stack, parent_execution_id, parent_run_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    returning id
  )
  insert into execution_inputs (execution_id, input)
  select id, convert_from($9::bytea, 'UTF8')::json from queued`;

/** Adds a queued execution. It is enqueued by whoever hears of the commit, or by the dispatcher after a while. */
export async function insertExecution(transaction: Transaction, execution: ExecutionToInsert): Promise<void> {
  const { id, workflowId, versionId, mode, input, stack, replyTo, parent } = execution;
  await transaction.query(INSERT_EXECUTION, [
    id,
    workflowId,
    versionId,
    mode,
    replyTo,
    stack.length === 0 ? null : stack,
    parent?.executionId ?? null,
    parent?.nodeRunId ?? null,
    jsonBytes(input),
  ]);
}

/** Whether a workflow may be started by executions of `stack`: it may stand there less often than its limit. */
export function stackAllows(stack: readonly number[], workflowId: number, stackLimit: number | null): boolean {
  return stack.filter((id) => id === workflowId).length < (stackLimit ?? 1);
}
