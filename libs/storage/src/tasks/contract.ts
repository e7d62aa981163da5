import type { NewTask, TaskState } from '#engine';
import type { Json, JsonObject } from '#shared';

/** `open`: somebody is to act (a `cc`: to read). `done`: they did. `closed`: nobody needs to, or can, any more. */
export type TaskStatus = TaskState['status'];

/** A task as lists show it. */
export interface TaskRecord {
  /** UUIDv7. */
  id: string;
  executionId: string;
  workflowKey: string;
  nodeRunId: string;
  nodeKey: string;
  kind: NewTask['kind'];
  assignee: string;
  /** Who handed it on; null when nobody did. */
  delegatedFrom: string | null;
  title: string;
  /** As it counts: a manual or approval task of an execution that ended or timed out is closed unless it is done. */
  status: TaskStatus;
  /** JSON Schema of the values; null for any. */
  form: JsonObject | null;
  actions: string[];
  /** The last action: of an open task that of a draft or a comment. */
  action: string | null;
  comment: string | null;
  createdAt: Date;
  submittedAt: Date | null;
  readAt: Date | null;
}

export interface TaskDetail extends TaskRecord {
  /** What there is to decide on. */
  data: Json;
  /** The last that was sent with an action; null when nothing was. */
  values: Json;
}

export interface TaskFilter {
  assignee?: string | undefined;
  status?: TaskStatus | undefined;
  kind?: NewTask['kind'] | undefined;
  /** Key of a workflow. */
  workflow?: string | undefined;
  /** Id of an execution. */
  execution?: string | undefined;
  limit: number;
  cursor: string | null;
}

/** What somebody does with a task. */
export interface TaskSubmission {
  /** One of the task's actions. */
  action: string;
  /** Checked against the form by the caller. */
  values: JsonObject;
  /** Null keeps the one there is. */
  comment: string | null;
  /** For the action `delegate`, and only for it. */
  delegateTo: string | null;
}

export type SubmitResult =
  | {
      kind: 'submitted';
      /** The task as it is now. */
      task: TaskDetail;
      /** True when the execution may go on: it is due at once. */
      wakes: boolean;
    }
  | { kind: 'not_open' | 'execution_ended' | 'unknown' }
  | { kind: 'invalid'; faults: { pointer: string; code: string; message: string }[] };

/** Actions that leave a task open and wake nobody. */
export const DRAFT_ACTIONS: ReadonlySet<string> = new Set(['save', 'comment']);

/** The action that hands a task on to somebody else. */
export const DELEGATE_ACTION = 'delegate';

/** An execution that was made ready to go on, with what its job is named by. */
export interface WokenExecution {
  id: string;
  attempt: number;
  mode: 'async' | 'sync';
  /** Null as in `QueuedExecution`. */
  dedupId: Buffer | null;
}

/** What people are asked to do. */
export interface TaskStore {
  /** Newest first. */
  list(filter: TaskFilter): Promise<{ items: TaskRecord[]; nextCursor: string | null }>;
  find(id: string): Promise<TaskDetail | null>;
  /** Tasks of a visit in the order they were submitted, those that were not last; for the engine. */
  statesOf(nodeRunId: string): Promise<TaskState[]>;
  /**
   * One transaction: of two submissions of a task one wins, and what is `submitted` is seen by whoever runs the
   * execution next. Deciding actions make a suspended execution due at once.
   */
  submit(id: string, submission: TaskSubmission): Promise<SubmitResult>;
  /** Notes the first reading; a `cc` is done with it. Null when there is no such task. */
  markRead(id: string): Promise<TaskDetail | null>;
  /**
   * Compare-and-set `started -> queued` of a suspended execution that is due, so that it need not wait for the
   * dispatcher's turn. Null when there is nothing to wake.
   */
  wake(executionId: string): Promise<WokenExecution | null>;
}
