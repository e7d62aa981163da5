import type { EngineError } from '#engine';
import type { Json } from '#shared';
import { jsonBytes } from '../connection/json-bytes.js';
import type { Transaction } from '../connection/transaction.js';

/** Inputs of one statement: records may be large, and they are held in memory twice. */
const PAGE = 500;

export interface StartTarget {
  workflowId: number;
  versionId: number;
  stack: readonly number[];
}

export interface StartedExecution {
  /** UUIDv7. */
  id: string;
  /** `$context`. */
  input: Json;
}

const INSERT = `with queued as (
    insert into executions (id, workflow_id, version_id, mode, stack)
    select id, $2, $3, 'async', $4 from unnest($1::uuid[]) as id
  )
  insert into execution_inputs (execution_id, input)
  select id, convert_from(input, 'UTF8')::json from unnest($1::uuid[], $5::bytea[]) as r (id, input)`;

const INSERT_REFUSED = `with ended as (
    insert into executions (id, workflow_id, version_id, mode, stack, status, started_at, ended_at)
    values ($1, $2, $3, 'async', $4, 'error', now(), now())
  ), input as (
    insert into execution_inputs (execution_id, input) values ($1, convert_from($5::bytea, 'UTF8')::json)
  )
  insert into execution_results (execution_id, status, error)
  values ($1, 'error', convert_from($6::bytea, 'UTF8')::json)`;

/** Adds async executions of one workflow, all with the same stack: one statement for many. */
export async function insertStartedExecutions(
  transaction: Transaction,
  { workflowId, versionId, stack }: StartTarget,
  executions: readonly StartedExecution[],
): Promise<void> {
  for (let start = 0; start < executions.length; start += PAGE) {
    const page = executions.slice(start, start + PAGE);
    const [ids, inputs] = [page.map(({ id }) => id), page.map(({ input }) => jsonBytes(input))];
    await transaction.query(INSERT, [ids, workflowId, versionId, stackOrNull(stack), inputs]);
  }
}

/**
 * What a trigger that cannot be evaluated leaves behind: an execution that ended before its first node, so that its
 * people see it. Refusing the write instead would let one workflow stop everybody.
 */
export async function insertRefusedExecution(
  transaction: Transaction,
  { workflowId, versionId, stack }: StartTarget,
  { id, input }: StartedExecution,
  cause: EngineError,
): Promise<void> {
  const message = `The filter of the trigger cannot be evaluated: ${cause.message}`;
  const error = { code: 'filter_failed', message, detail: { code: cause.code } };
  const values = [id, workflowId, versionId, stackOrNull(stack), jsonBytes(input), jsonBytes(error)];
  await transaction.query(INSERT_REFUSED, values);
}

function stackOrNull(stack: readonly number[]): readonly number[] | null {
  return stack.length === 0 ? null : stack;
}
