import type { ExecutionJob, JobProducer } from '#queue';
import type { Logger } from '#shared';

/** Hands jobs over together. Those that the queue did not take stay `queued`, and a later round finds them missing. */
export async function enqueueAll(
  producer: Pick<JobProducer, 'enqueue'>,
  jobs: readonly ExecutionJob[],
  logger: Logger,
): Promise<void> {
  const results = await Promise.allSettled(jobs.map((job) => producer.enqueue(job)));
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length === 0) return;
  logger.warn({ err: failed[0]!.reason, count: failed.length }, 'the queue did not take executions; tried again later');
}
