/** The statuses an execution may have while it has not ended. */
export const OPEN_STATUSES = ['queued', 'started'] as const;

/** The endings of an execution and of a node run; each is written once and never changes. */
export const ENDINGS = ['resolved', 'failed', 'error', 'aborted', 'canceled', 'rejected', 'retry_needed'] as const;

export type Ending = (typeof ENDINGS)[number];
export type ExecutionStatus = (typeof OPEN_STATUSES)[number] | Ending;
export type NodeRunStatus = 'pending' | Ending;

/** Why an execution ended as it did, when the status alone does not say. */
export type EndReason = 'timeout' | 'manual_cancel' | 'parent_aborted' | 'worker_lost' | 'step_limit';

/** True when no further change of the execution is possible. */
export function isEnding(status: string): status is Ending {
  return (ENDINGS as readonly string[]).includes(status);
}
