import type { OutcomeToRecord } from '../contract.js';

/** The ending of a queued execution: resolved, without node runs, reply or output. */
export function sampleOutcome(executionId: string, changes: Partial<OutcomeToRecord> = {}): OutcomeToRecord {
  return {
    executionId,
    expected: { status: 'queued', attempt: 0, leaseId: null },
    status: 'resolved',
    reason: null,
    error: null,
    startedAt: new Date(),
    endedAt: new Date(),
    nodeRuns: [],
    reply: null,
    output: null,
    releaseDedup: false,
    deleteWhenEnded: false,
    ...changes,
  };
}
