import type { Write } from '#engine';
import { applyRecordWrite } from '../collections/apply-record-write.js';
import type { RecordListener } from '../collections/contract.js';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';
import { closeTasks } from '../tasks/close-tasks.js';
import { openTasks } from '../tasks/open-tasks.js';
import type { AppliedWrite } from './applied-write.js';
import { giveUpChild, startChild } from './child-executions.js';

/**
 * Does what a node wants written, within its journal entry's transaction. @throws WriteRefused
 *
 * @param listener told of records that change; it tells of what it starts itself
 */
export async function applyWrite(
  transaction: Transaction,
  write: Write,
  origin: WriteOrigin,
  listener: RecordListener,
): Promise<AppliedWrite> {
  switch (write.kind) {
    case 'create_record':
    case 'update_records':
    case 'destroy_records':
      return { result: await applyRecordWrite(transaction, write, origin, listener), started: [] };
    case 'start_execution':
      return startChild(transaction, write, origin);
    case 'abort_execution':
      await giveUpChild(transaction, write.executionId);
      return { result: null, started: [] };
    case 'open_tasks':
      return { result: await openTasks(transaction, write, origin), started: [] };
    case 'close_tasks':
      return { result: await closeTasks(transaction, origin), started: [] };
    default:
      return write satisfies never;
  }
}
