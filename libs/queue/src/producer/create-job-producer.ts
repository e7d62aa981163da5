import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { Batcher } from '#shared';
import { PostgresProbe } from '../backends/postgres/postgres-probe.js';
import type { QueueProbe } from '../backends/queue-probe.js';
import { RedisProbe } from '../backends/redis/redis-probe.js';
import type { ExecutionJob, ExecutionJobData, JobProducer, QueueOptions } from '../contract.js';
import { within } from '../timing/within.js';
import { JOB_ATTEMPTS, jobOptions } from './job-policy.js';

export interface JobProducerSettings {
  /** Attempts at a job whose handler rejects; default 10. */
  attempts?: number;
  /** Hears of connection faults; the commands that suffer from them reject besides. */
  onError?: (error: Error) => void;
}

interface Enqueued {
  job: ExecutionJob;
  /** The caller was told that it failed: the dispatcher has it now. */
  givenUp: boolean;
}

/**
 * Hands jobs to `queue`, up to 100 in one round trip. The queue must have been made with the options of the queue
 * module; the producer takes it over and closes it.
 */
export function createJobProducer(
  queue: Queue<ExecutionJobData>,
  options: QueueOptions,
  settings: JobProducerSettings = {},
): JobProducer {
  return new QueueJobProducer(queue, options, settings);
}

class QueueJobProducer implements JobProducer {
  private readonly batcher: Batcher<Enqueued, null>;
  private readonly probe: QueueProbe;
  private readonly attempts: number;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly queue: Queue<ExecutionJobData>,
    private readonly options: QueueOptions,
    settings: JobProducerSettings,
  ) {
    const onError = settings.onError ?? (() => undefined);
    this.attempts = settings.attempts ?? JOB_ATTEMPTS;
    this.batcher = new Batcher({ run: (batch) => this.addAll(batch) });
    this.probe =
      options.redisUrl === null
        ? new PostgresProbe(options, onError)
        : new RedisProbe(queue.opts.connection as Redis, `${options.prefix}:${queue.name}`);
    queue.on('error', onError);
  }

  async enqueue(job: ExecutionJob): Promise<void> {
    const item: Enqueued = { job, givenUp: false };
    try {
      await within(this.options.commandTimeoutMs, this.batcher.add(item), 'Enqueueing a job');
    } catch (error) {
      item.givenUp = true;
      throw error;
    }
  }

  async findMissing(jobIds: readonly string[]): Promise<string[]> {
    if (jobIds.length === 0) return [];
    return within(this.options.commandTimeoutMs, this.probe.findMissing(jobIds), 'Looking for jobs');
  }

  ping(timeoutMs: number): Promise<void> {
    return within(timeoutMs, this.probe.ping(), 'A ping of the queue');
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    // A queue that is away must not hold up the shutdown; what was accepted is in Postgres.
    const patience = this.options.commandTimeoutMs;
    await within(patience, this.batcher.close(), 'Emptying the queue producer').catch(() => undefined);
    await within(patience, this.queue.close(), 'Closing the queue').catch(() => undefined);
    await within(patience, this.probe.close(), 'Closing the queue').catch(() => undefined);
  }

  /** Jobs given up meanwhile are left out, so that a frozen queue does not pile up work behind itself. */
  private async addAll(batch: readonly Enqueued[]): Promise<null[]> {
    const live = batch.filter((item) => !item.givenUp);
    if (live.length > 0) await this.add(live.map((item) => item.job));
    return batch.map(() => null);
  }

  private async add(jobs: readonly ExecutionJob[]): Promise<void> {
    const named = jobs.map((job) => ({ name: 'execution', data: dataOf(job), opts: jobOptions(job, this.attempts) }));
    try {
      await this.queue.addBulk(named);
    } catch (error) {
      this.probe.onRefusal(error);
      throw error;
    }
  }
}

function dataOf({ executionId, attempt, traceparent }: ExecutionJob): ExecutionJobData {
  return traceparent === undefined ? { executionId, attempt } : { executionId, attempt, traceparent };
}
