import type { JobsOptions } from 'bullmq';
import type { JobParcel } from './job-parcel.js';

/** Attempts at a job whose handler rejects. When they are used up the dispatcher finds the execution stranded. */
export const JOB_ATTEMPTS = 10;

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

/** Name of the backoff that {@link retryDelayMs} computes; BullMQ's own exponential one has no cap. */
export const CAPPED_BACKOFF = 'capped-exponential';

/**
 * BullMQ takes jobs without a priority first, in their order, and those with one after them. Urgent jobs put at the head
 * instead (`lifo`) would run newest first, and under load the oldest sender would wait for ever.
 */
const BEHIND_URGENT = 1;

/** Milliseconds before the next attempt: 500 after the first, doubling, at most a minute. */
export function retryDelayMs(attemptsMade: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (attemptsMade - 1), LONGEST_RETRY_MS);
}

/** Nothing of a settled job stays: what happened is told by Postgres, and a job left behind would block its id. */
export function jobOptions(parcel: JobParcel, attempts: number): JobsOptions {
  return {
    jobId: parcel.id,
    ...(parcel.urgent ? {} : { priority: BEHIND_URGENT }),
    ...(parcel.delayMs > 0 ? { delay: parcel.delayMs } : {}),
    attempts,
    backoff: { type: CAPPED_BACKOFF },
    removeOnComplete: true,
    removeOnFail: true,
    stackTraceLimit: 0,
  };
}
