import type { TaskDetail } from './contract.js';
import { TASK_COLUMNS, TASK_SOURCE, toTaskDetail, type TaskDetailRow } from './task-rows.js';

const FIND = `select ${TASK_COLUMNS}, t.data, t.values from ${TASK_SOURCE} where t.id = $1`;

/** A task as it counts now; null when there is none. `ask` runs a statement, in a transaction or not. */
export async function findTask(
  ask: (text: string, values: readonly unknown[]) => Promise<TaskDetailRow[]>,
  id: string,
): Promise<TaskDetail | null> {
  const [row] = await ask(FIND, [id]);
  return row === undefined ? null : toTaskDetail(row);
}
