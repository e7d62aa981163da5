import type { Json, JsonObject } from '#shared';

/**
 * Something a node writes into our own Postgres. It commits in one transaction with the journal entry of the visit that
 * asked for it, so it happens exactly once, whatever worker dies when.
 */
export type Write =
  /** A record. Result: the record as stored. */
  | { kind: 'create_record'; collection: string; values: JsonObject }
  /** Every record that matches. Result: their number. */
  | { kind: 'update_records'; collection: string; filter: RecordFilter; values: JsonObject }
  /** Every record that matches. Result: their number. */
  | { kind: 'destroy_records'; collection: string; filter: RecordFilter }
  /** Tasks of this visit, one per distinct assignee. Result: `{tasks: number}`. */
  | { kind: 'open_tasks'; tasks: readonly NewTask[] }
  /** Closes the open tasks of this visit: nobody needs to answer them any more. Result: null. */
  | { kind: 'close_tasks' }
  /**
   * A child execution of the current version of a workflow (the newest when none is current), also of a disabled one.
   * Result: `{executionId}`. Refused: unknown or archived workflow, mode, stack limit.
   */
  | { kind: 'start_execution'; executionId: string; workflowKey: string; context: Json }
  /** Ends a child execution, its own children with it. Result: null. */
  | { kind: 'abort_execution'; executionId: string };

/**
 * A filter as contract.md 7 and 11 describe: `{field: {$op: value}}` and `$and`, `$or`, `$not`. Operators are only those
 * that stand in the document; whatever a template put in is a value.
 */
export type RecordFilter = JsonObject;

/** A task for one person. `form` is a JSON Schema of the values that may come with the answer. */
export interface NewTask {
  kind: 'manual' | 'approval' | 'cc';
  assignee: string;
  title: string;
  /** What there is to see or to decide on, for the assignee's eyes; null for nothing. */
  data: Json;
  form: JsonObject | null;
  /** Names of the actions that may be submitted; none for a `cc`. */
  actions: readonly string[];
}
