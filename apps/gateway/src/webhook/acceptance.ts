import type { AcceptResult } from '#storage';

/** What became of a request that passed every gate. */
export type Acceptance = AcceptResult & {
  /** Sha-256 of workflow key and delivery id; null when there is no delivery id. */
  dedupId: Buffer | null;
};
