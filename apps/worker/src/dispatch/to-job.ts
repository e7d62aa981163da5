import type { ExecutionJob } from '#queue';
import type { QueuedExecution } from '#storage';

/** The job of its own of a waiting execution; a sync sender waits for it, so it goes before the others. */
export function toJob(execution: QueuedExecution): ExecutionJob {
  return {
    executionId: execution.id,
    attempt: execution.attempt,
    dedupId: execution.dedupId?.toString('hex') ?? null,
    urgent: execution.mode === 'sync',
  };
}
