import type { AcceptResult } from '#storage';

/** What became of a request that passed every gate. */
export type Acceptance = AcceptResult & {
  /**
   * Sha-256 of workflow key and delivery id, for the job id. Null when there is no delivery id, and when the key was
   * taken over from an execution whose job may still be in the queue under it.
   */
  jobDedupId: Buffer | null;
};
