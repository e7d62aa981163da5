import type { ExecutionOutcome, RunResult } from '../contract/execution.js';

/** The outcome of a run that must have ended; throws when it waits or yielded. */
export function endedOutcome(result: RunResult): ExecutionOutcome {
  if (result.kind === 'ended') return result;
  throw new Error(`the run has not ended, it ${result.kind}`);
}
