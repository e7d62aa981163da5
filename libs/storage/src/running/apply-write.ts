import type { Write } from '#engine';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';
import type { AppliedWrite } from './applied-write.js';
import { giveUpChild, startChild } from './child-executions.js';

/** Does what a node wants written, within its journal entry's transaction. @throws WriteRefused */
export async function applyWrite(transaction: Transaction, write: Write, origin: WriteOrigin): Promise<AppliedWrite> {
  switch (write.kind) {
    case 'start_execution':
      return startChild(transaction, write, origin);
    case 'abort_execution':
      await giveUpChild(transaction, write.executionId);
      return { result: null, started: [] };
    default:
      throw new Error(`no such write: ${write.kind}`);
  }
}
