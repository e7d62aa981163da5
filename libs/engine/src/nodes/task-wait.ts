import type { JsonObject } from '#shared';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import type { TaskState } from '../contract/ports.js';

/** Ten years: no date it leads to is out of range. Milliseconds. */
const LONGEST_WAIT = 315_360_000_000;

/** Parts of a config that say how long people have. */
export interface TaskDeadline {
  /** Milliseconds; 0 or absent for no limit. */
  timeout?: number;
  onTimeout?: 'fail' | 'continue';
}

/** Schemas of {@link TaskDeadline}. */
export const deadlineSchemas: JsonObject = {
  timeout: {
    type: 'integer',
    minimum: 0,
    maximum: LONGEST_WAIT,
    default: 0,
    description: 'Milliseconds people have to answer; 0 for no limit. It counts towards the time-out of the execution.',
  },
  onTimeout: {
    type: 'string',
    enum: ['fail', 'continue'],
    default: 'fail',
    description: 'When the time is over undecided: fail, or go on with what was submitted.',
  },
};

/** When a visit that began then stops waiting; null: never. */
export function deadlineOf({ timeout = 0 }: TaskDeadline, began: Date): Date | null {
  return timeout > 0 ? new Date(began.getTime() + timeout) : null;
}

/** True when a waiting visit's time is over. */
export function isOver(config: TaskDeadline, waiting: NodeRunRecord, now: Date): boolean {
  const deadline = deadlineOf(config, new Date(waiting.startedAt));
  return deadline !== null && deadline <= now;
}

/** The outcome of a visit whose matter is decided: tasks that are still open are closed together with it. */
export function closing(
  tasks: readonly TaskState[],
  outcome: Extract<Outcome, { kind: 'done' | 'branch' | 'fail' }>,
): Outcome {
  if (!tasks.some(({ status }) => status === 'open')) return outcome;
  return { kind: 'write', write: { kind: 'close_tasks' }, settle: () => outcome, evenIfFailed: true };
}

/** What a submitted task said, as results show it. */
export function submission({ action, assignee, values, comment, submittedAt }: TaskState): JsonObject {
  return { action, assignee, values, comment, submittedAt };
}

/** The submitted tasks, in order; those with the action `except` were handed on and say nothing. */
export function submissions(tasks: readonly TaskState[], except?: string): JsonObject[] {
  return tasks.filter(({ status, action }) => status === 'done' && action !== except).map(submission);
}

/**
 * The failure of a visit that nobody can decide any more, for none of its tasks is open: they were removed by hand.
 * Waiting for ever would hide it.
 */
export function noOpenTask(result: JsonObject): Outcome {
  const error = { code: 'no_open_task', message: 'Nothing was decided, and none of the tasks is open any more.' };
  return { kind: 'fail', status: 'error', error, result };
}
