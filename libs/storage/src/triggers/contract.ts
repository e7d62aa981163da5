import type { BindingKind } from '#engine';
import type { Json, JsonObject } from '#shared';
import type { QueuedExecution } from '../queued-execution.js';

/** A switched-on workflow whose trigger asks for something, and what its current version asks for. */
export interface BoundWorkflow {
  workflowId: number;
  workflowKey: string;
  versionId: number;
  version: number;
  mode: 'async' | 'sync';
  collection: string | null;
  events: readonly string[];
  isGlobal: boolean;
  /** See `TriggerBinding.config`. */
  config: JsonObject;
}

/** What starts executions besides requests and nodes. */
export interface TriggerStore {
  /** Current versions of enabled workflows with this kind of trigger, oldest workflow first; any collection without one. */
  findBound(kind: BindingKind, collection?: string): Promise<BoundWorkflow[]>;
  /** Adds an execution of a bound workflow, committed; nobody has enqueued it yet. */
  start(execution: ExecutionToStart): Promise<QueuedExecution>;
  /**
   * Calls `listener` in this process right after a commit that added executions on the way, such as a record write that
   * starts a workflow. Not called when the process dies before: the dispatcher finds them. Its errors are its own.
   */
  onStarted(listener: (executions: readonly QueuedExecution[]) => void): void;
}

export interface ExecutionToStart {
  /** UUIDv7. */
  id: string;
  workflowId: number;
  versionId: number;
  mode: 'async' | 'sync';
  /** `$context`. */
  input: Json;
  /** Instance whose reply channel wakes the waiter; null when nobody waits. */
  replyTo: string | null;
}

/** A switched-on schedule that is to be looked at. */
export interface DueSchedule {
  workflowId: number;
  workflowKey: string;
  versionId: number;
  /** Of the switch it was read under; a change of it makes what was worked out worthless. */
  generation: number;
  since: Date;
  /** Null when its first time was not worked out yet. */
  nextAt: Date | null;
  /** Executions it has started, over all versions. */
  fired: number;
  /** The filled-in trigger. */
  trigger: JsonObject;
}

/** Times of schedules, each fired once over any number of workers. */
export interface ScheduleStore {
  /**
   * Schedules whose time came, or was never worked out, by the database's clock, which is answered as `now`.
   *
   * @param at another time to look from, for specs
   */
  findDue(limit: number, at?: Date): Promise<{ now: Date; due: DueSchedule[] }>;
  /**
   * Compare-and-set: the schedule waits for `nextAt` (null: never again), and for `fire` an execution is added in the
   * same transaction. Null when nothing was started: nothing to fire, or somebody else was first.
   */
  advance(due: DueSchedule, tick: { fire: Date | null; nextAt: Date | null }): Promise<QueuedExecution | null>;
  /**
   * Looks for records whose date came, each of which starts one execution, and sets when to look again. Rejects with
   * `EngineError` when collection or field do not exist (any more).
   */
  fireDates(due: DueSchedule, look: DateLook): Promise<QueuedExecution[]>;
}

/** One look at the dates of a collection. */
export interface DateLook {
  collection: string;
  field: string;
  /** Added to a record's date. Milliseconds, negative for before. */
  offsetMs: number;
  now: Date;
  /** Dates that came this long ago or more are dropped; null: all are made up. Milliseconds. */
  dropAfterMs: number | null;
  /** Executions at most over all; null for no limit. */
  limit: number | null;
  /** Until the next look. Milliseconds. */
  pauseMs: number;
}
