import { setTimeout as pause } from 'node:timers/promises';
import { interruptedReply, isFinalReply, type ExecutionOutcome } from '#engine';
import {
  RejectedRow,
  StorageUnavailable,
  type ExecutionStore,
  type OutcomeToRecord,
  type RunnableExecution,
} from '#storage';
import type { HeldLease } from '../execution-claim.js';

/** Pauses between tries while the database is away: the first, and the longest. Milliseconds. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

interface Recording {
  execution: RunnableExecution;
  expected: OutcomeToRecord['expected'];
  startedAt: Date;
  endedAt: Date;
  /** Endings with which the workflow wants its executions deleted. */
  deleteOn: readonly string[];
}

/**
 * Ends the execution: status, node runs, reply and the release of its dedup key in one statement. Gives what was stored,
 * null when somebody else had ended it. An outcome that Postgres refuses to store ends as `error` without its node runs:
 * the waiter is answered and the history says why.
 */
export async function recordOutcome(
  store: Pick<ExecutionStore, 'recordOutcome'>,
  recording: Recording,
  outcome: ExecutionOutcome,
): Promise<ExecutionOutcome | null> {
  try {
    return (await store.recordOutcome(toRow(recording, outcome))) ? outcome : null;
  } catch (error) {
    if (!(error instanceof RejectedRow)) throw error;
    const fallback = unstorable(recording.execution, error);
    return (await store.recordOutcome(toRow(recording, fallback))) ? fallback : null;
  }
}

/**
 * As {@link recordOutcome}, for an execution that ran here: while the database is away the outcome is kept and tried
 * again, as long as the worker's lease lasts; after that recovery owns the execution. A try whose commit was not heard
 * of makes the next one find the execution ended, which is as good.
 */
export async function recordWhileHeld(
  store: Pick<ExecutionStore, 'recordOutcome'>,
  lease: HeldLease,
  recording: Recording,
  outcome: ExecutionOutcome,
): Promise<ExecutionOutcome | null> {
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
    try {
      return await recordOutcome(store, recording, outcome);
    } catch (error) {
      if (!(error instanceof StorageUnavailable) || !lease.isHeld()) throw error;
      await pause(wait);
    }
  }
}

function unstorable(execution: Pick<RunnableExecution, 'id' | 'mode'>, error: RejectedRow): ExecutionOutcome {
  const message = `The outcome could not be stored: ${error.message}`;
  return {
    status: 'error',
    reason: null,
    error: { code: 'unstorable_outcome', message },
    nodeRuns: [],
    reply: execution.mode === 'sync' ? interruptedReply(execution.id) : null,
    output: null,
  };
}

function toRow(
  { execution, expected, startedAt, endedAt, deleteOn }: Recording,
  outcome: ExecutionOutcome,
): OutcomeToRecord {
  const awaited = execution.mode === 'sync' && execution.dedupId !== null;
  return {
    executionId: execution.id,
    expected,
    status: outcome.status,
    reason: outcome.reason,
    error: outcome.error,
    startedAt,
    endedAt,
    nodeRuns: outcome.nodeRuns,
    reply: outcome.reply,
    output: outcome.output,
    parentExecutionId: execution.parentExecutionId,
    releaseDedup: awaited && (outcome.reply === null || !isFinalReply(outcome.reply)),
    deleteWhenEnded: deleteOn.includes(outcome.status),
  };
}
