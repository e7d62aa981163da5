import type { Json } from '#shared';
import type { NodeRunRecord, Write } from '#engine';
import type { RecordListener } from '../collections/contract.js';
import type { Database } from '../connection/database.js';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';
import type { ExecutionHold, StartedExecution } from '../contract.js';
import { applyWrite } from './apply-write.js';

/** What `ExecutionStore.write` takes. */
export interface EntryToWrite {
  /** The execution's id in lower case. */
  hold: ExecutionHold;
  seq: number;
  write: Write;
  visit: Pick<NodeRunRecord, 'id' | 'nodeKey'>;
  /** UTF-8 of the runs that belong to the result. */
  finish: (result: Json) => Buffer;
}

/** As a journal entry: the row lock orders the write and an ending, and a lease that is gone holds nothing. */
const HOLD = `select e.workflow_id, e.mode, e.stack from executions e
  where e.id = $1 and e.status = 'started' and e.attempt = $2 and e.lease_id = $3
    and exists (select 1 from leases l where l.id = $3)
  for no key update of e`;

const ADD_ENTRY = `insert into node_runs (execution_id, seq, runs) values ($1, $2, convert_from($3::bytea, 'UTF8')::json)
  on conflict (execution_id, seq) do update set runs = excluded.runs`;

interface HeldRow {
  workflow_id: number;
  mode: 'async' | 'sync';
  stack: number[] | null;
}

/** A node's write and its journal entry, both or neither. Null when the claim is lost. */
export function writeEntry(
  database: Database,
  entry: EntryToWrite,
  listener: RecordListener,
): Promise<readonly StartedExecution[] | null> {
  return database.transaction((transaction) => makeEntry(transaction, entry, listener));
}

async function makeEntry(
  transaction: Transaction,
  entry: EntryToWrite,
  listener: RecordListener,
): Promise<readonly StartedExecution[] | null> {
  const { hold, seq, write, visit, finish } = entry;
  const { executionId, attempt, leaseId } = hold;
  const [held] = await transaction.query<HeldRow>(HOLD, [executionId, attempt, leaseId]);
  if (held === undefined) return null;
  const { workflow_id: workflowId, mode, stack } = held;
  const { id: nodeRunId, nodeKey } = visit;
  const origin: WriteOrigin = {
    executionId,
    workflowId,
    mode,
    nodeRunId,
    nodeKey,
    stack: [...(stack ?? []), workflowId],
  };
  const { result, started } = await applyWrite(transaction, write, origin, listener);
  await transaction.query(ADD_ENTRY, [executionId, seq, finish(result)]);
  return started;
}
