import { chunkJobId, jobIdOf, type ExecutionJob, type JobProducer } from '#queue';
import type { QueuedExecution } from '#storage';
import type { DispatcherParts } from './dispatcher-parts.js';
import { enqueueAll } from './enqueue-all.js';
import { PAGE } from './page.js';
import { toJob } from './to-job.js';

export interface StrandedPage {
  /** Where the next page begins; null when the round is over. */
  after: string | null;
  /** The queue lacked some of this page: where its memory went, the next page is lacking too. */
  hasMissing: boolean;
}

/**
 * One page of the round over everything that waits: what no job holds is enqueued. A long backlog is waiting, not lost,
 * and causes no re-enqueue. Rejects when the database or the queue cannot be asked.
 */
export async function enqueueStranded(
  parts: Pick<DispatcherParts, 'dispatch' | 'producer' | 'strandedAfterMs' | 'logger'>,
  after: string | null,
): Promise<StrandedPage> {
  const { dispatch, producer, strandedAfterMs, logger } = parts;
  const page = await dispatch.findQueued(strandedAfterMs, after, PAGE);
  const missing = await findMissing(page, producer);
  if (missing.length > 0) {
    await enqueueAll(producer, toJobs(missing), logger);
    logger.warn({ count: missing.length }, 'enqueued executions that the queue did not hold');
  }
  return { after: page.length === PAGE ? page[PAGE - 1]!.id : null, hasMissing: missing.length > 0 };
}

/** Chunks first: a backlog that came in chunks is looked through by their ids alone. */
async function findMissing(
  page: readonly QueuedExecution[],
  producer: Pick<JobProducer, 'findMissing'>,
): Promise<QueuedExecution[]> {
  const chunks = new Set(page.flatMap(({ chunkId }) => (chunkId === null ? [] : [chunkJobId(chunkId)])));
  const missingChunks = await ask(producer, chunks);
  const alone = page.filter(({ chunkId }) => chunkId === null || missingChunks.has(chunkJobId(chunkId)));
  const missing = await ask(producer, new Set(alone.flatMap(ownJobIds)));
  return alone.filter((execution) => ownJobIds(execution).every((id) => missing.has(id)));
}

/** One that was handed on or handed back has the execution id in its job's id, whatever its dedup id. */
function ownJobIds(execution: QueuedExecution): string[] {
  const job = toJob(execution);
  return job.dedupId === null ? [jobIdOf(job)] : [jobIdOf(job), jobIdOf({ ...job, dedupId: null })];
}

async function ask(producer: Pick<JobProducer, 'findMissing'>, jobIds: ReadonlySet<string>): Promise<Set<string>> {
  return jobIds.size === 0 ? new Set() : new Set(await producer.findMissing([...jobIds]));
}

/** What is missing of one chunk travels as the chunk's job again. */
function toJobs(missing: readonly QueuedExecution[]): ExecutionJob[] {
  const sizes = new Map<string, number>();
  for (const { chunkId } of missing) if (chunkId !== null) sizes.set(chunkId, (sizes.get(chunkId) ?? 0) + 1);
  return missing.map((execution) => {
    const { chunkId } = execution;
    const size = chunkId === null ? 1 : sizes.get(chunkId)!;
    return chunkId === null || size === 1 ? toJob(execution) : { ...toJob(execution), chunk: { id: chunkId, size } };
  });
}
