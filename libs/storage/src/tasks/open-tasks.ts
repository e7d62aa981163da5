import type { NewTask, Write } from '#engine';
import { newId, type JsonObject } from '#shared';
import { jsonBytes, optionalJsonBytes } from '../connection/json-bytes.js';
import { storableText } from '../connection/storable-text.js';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';

const INSERT = `insert into tasks
    (id, execution_id, workflow_id, node_run_id, node_key, kind, assignee, title, actions, form, data)
  select t.id, $1, $2, $3, $4, t.kind, t.assignee, t.title, convert_from(t.actions, 'UTF8')::json,
    convert_from(t.form, 'UTF8')::json, convert_from(t.data, 'UTF8')::json
  from unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[], $11::bytea[])
    as t (id, kind, assignee, title, actions, form, data)`;

/**
 * Opens the tasks of a visit, one per distinct assignee, in the transaction of the journal entry that asks for them.
 *
 * @returns the result of the write: `{tasks}`, how many were opened
 */
export async function openTasks(
  transaction: Transaction,
  { tasks }: Extract<Write, { kind: 'open_tasks' }>,
  { executionId, workflowId, nodeRunId, nodeKey }: WriteOrigin,
): Promise<JsonObject> {
  const distinct = new Map<string, NewTask>();
  for (const task of tasks) {
    const assignee = storableText(task.assignee);
    if (!distinct.has(assignee)) distinct.set(assignee, task);
  }
  const rows = [...distinct];
  const of = <T>(read: (task: NewTask) => T): T[] => rows.map(([, task]) => read(task));
  if (rows.length > 0) {
    await transaction.query(INSERT, [
      executionId,
      workflowId,
      nodeRunId,
      storableText(nodeKey),
      rows.map(() => newId()),
      of(({ kind }) => kind),
      rows.map(([assignee]) => assignee),
      of(({ title }) => storableText(title)),
      of(({ actions }) => jsonBytes(actions)),
      of(({ form }) => optionalJsonBytes(form)),
      of(({ data }) => optionalJsonBytes(data)),
    ]);
  }
  return { tasks: rows.length };
}
