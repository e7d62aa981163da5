import { LostClaim } from '#engine';
import type { JobDelivery } from '#queue';
import { StorageUnavailable } from '#storage';
import { UnrunnableVersion } from './steps/load-version.js';
import { SuspectAhead } from './suspect-turn.js';

/**
 * What becomes of a job whose run threw.
 * complete: nothing is left to do here. retry: the queue hands it out again after a pause; when its tries are used up
 * the dispatcher finds the execution still queued and enqueues it anew. park: it ends as `error`, with its reason.
 */
export type JobVerdict = { kind: 'complete' } | { kind: 'retry' } | { kind: 'park'; code: string; message: string };

/** The one place that decides complete, retry or park. */
export function settleJob(error: unknown, delivery: Pick<JobDelivery, 'lastTry'>): JobVerdict {
  if (error instanceof LostClaim) return { kind: 'complete' };
  if (error instanceof StorageUnavailable) return { kind: 'retry' };
  // Another release's worker may know the node: never parked, always handed back.
  if (error instanceof UnrunnableVersion) return { kind: 'retry' };
  if (error instanceof SuspectAhead) return { kind: 'retry' };
  if (!delivery.lastTry) return { kind: 'retry' };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'park', code: 'worker_fault', message };
}
