import type { ExecutionJob, JobProducer } from '#queue';
import { currentTraceparent, type Logger } from '#shared';
import { OncePer } from '../once-per.js';

/** Milliseconds between two lines about a queue that is away; the dispatcher enqueues what was accepted meanwhile. */
const quiet = new OncePer(5_000);

/**
 * Gate 17: hands the execution to the queue. Nobody waits for it: what is committed runs, with the queue or, later,
 * through the dispatcher. Neighbours of one commit, whose answers come in one turn, travel as one job.
 */
export function enqueueExecution(
  job: Pick<ExecutionJob, 'executionId' | 'urgent' | 'chunk'> & { dedupId: Buffer | null },
  producer: Pick<JobProducer, 'enqueue'>,
  logger: Pick<Logger, 'warn'>,
): void {
  const traceparent = currentTraceparent();
  const dedupId = job.dedupId?.toString('hex') ?? null;
  producer.enqueue({ ...job, dedupId, attempt: 0, ...(traceparent ? { traceparent } : {}) }).catch((error: unknown) => {
    if (quiet.allows('queue')) logger.warn({ err: error, executionId: job.executionId }, 'enqueue_failed');
  });
}
