import type { Transaction, WriteOrigin } from '../connection/transaction.js';

const CLOSE = `update tasks set status = 'closed' where node_run_id = $1 and status = 'open'`;

/** Closes the open tasks of a visit, in the transaction of the journal entry that asks for it. The result is null. */
export async function closeTasks(
  transaction: Transaction,
  { nodeRunId }: Pick<WriteOrigin, 'nodeRunId'>,
): Promise<null> {
  await transaction.query(CLOSE, [nodeRunId]);
  return null;
}
