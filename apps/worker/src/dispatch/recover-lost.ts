import { nodeRegistry } from '#engine';
import { StorageUnavailable, type ExecutionStore, type LostExecution, type OutsideEnding } from '#storage';
import type { DispatcherParts } from './dispatcher-parts.js';
import { enqueueAll } from './enqueue-all.js';
import { PAGE } from './page.js';
import { toJob } from './to-job.js';

/** So many lost workers, and an execution is taken to be what kills them. */
const MOST_LOST_WORKERS = 3;

type RecoveryParts = Pick<
  DispatcherParts,
  'dispatch' | 'executions' | 'producer' | 'replies' | 'leaseTtlMs' | 'logger'
>;

/**
 * An execution whose worker did not come back waits for another, which restores what its journal holds. A full lease of
 * grace lets workers renew first after a database outage. One that cannot be recovered does not hold up the others.
 */
export async function recoverLost(parts: RecoveryParts): Promise<void> {
  const { dispatch, leaseTtlMs, logger } = parts;
  for (const execution of await dispatch.findLost(leaseTtlMs, PAGE)) {
    const about = { executionId: execution.id, workflow: execution.workflowKey, attempt: execution.attempt };
    try {
      const losses = execution.lostWorkers + (execution.isCounted ? 1 : 0);
      if (losses < MOST_LOST_WORKERS) await requeue(execution, parts, about);
      else await park(execution, parts, about);
    } catch (error) {
      if (error instanceof StorageUnavailable) throw error;
      logger.error({ ...about, err: error }, 'an execution without a worker could not be recovered; tried again');
    }
  }
}

async function requeue(execution: LostExecution, parts: RecoveryParts, about: object): Promise<void> {
  const { dispatch, producer, logger } = parts;
  const queued = await dispatch.requeueLost(execution);
  if (!queued) return;
  logger.warn(about, 'execution lost its worker; it waits for another');
  await enqueueAll(producer, [toJob(queued)], logger);
}

async function park(execution: LostExecution, parts: RecoveryParts, about: object): Promise<void> {
  const { executions, replies, logger } = parts;
  const { id, attempt, leaseId } = execution;
  const mayHaveActed = await hasOpenEffect(executions, id);
  const ending: OutsideEnding = {
    status: mayHaveActed ? 'retry_needed' : 'error',
    reason: 'worker_lost',
    error: {
      code: 'worker_lost',
      message: `${MOST_LOST_WORKERS} workers vanished while they ran this execution${mayHaveActed ? ', which may have acted' : ''}.`,
    },
  };
  const result = await executions.endFromOutside(id, ending, { status: 'started', attempt, leaseId });
  if (result.kind !== 'ended') return;
  logger.warn({ ...about, status: ending.status }, 'execution lost its worker once too often');
  if (result.replyTo) await replies.publish(result.replyTo, id);
}

/** True also where nobody can tell: an unreadable journal, or a node of another release. */
async function hasOpenEffect(executions: Pick<ExecutionStore, 'loadJournal'>, id: string): Promise<boolean> {
  try {
    const { runs } = await executions.loadJournal(id);
    return runs.some((run) => run.status === 'pending' && !nodeRegistry.get(run.type)?.suspends);
  } catch (error) {
    if (error instanceof StorageUnavailable) throw error;
    return true;
  }
}
