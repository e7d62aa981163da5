import type { NodeRunRecord } from '#engine';
import type { JobProducer } from '#queue';
import { currentTraceparent, type Logger } from '#shared';
import type { RunnableExecution } from '#storage';
import type { ExecutionClaim } from '../execution-claim.js';

/**
 * Gives an execution that stopped between two nodes to another worker. The job comes second: when it cannot be handed
 * over, the dispatcher finds the execution waiting. @throws LostClaim, StorageUnavailable
 */
export async function handBack(
  execution: Pick<RunnableExecution, 'id' | 'mode'>,
  completed: readonly NodeRunRecord[],
  claim: Pick<ExecutionClaim, 'handBack'>,
  producer: Pick<JobProducer, 'enqueue'>,
  logger: Logger,
): Promise<void> {
  const attempt = await claim.handBack(completed);
  const traceparent = currentTraceparent();
  const job = { executionId: execution.id, attempt, dedupId: null, urgent: execution.mode === 'sync' };
  await producer.enqueue({ ...job, ...(traceparent ? { traceparent } : {}) }).catch((error: unknown) => {
    logger.warn({ err: error, executionId: execution.id }, 'an execution that was handed back could not be enqueued');
  });
}
