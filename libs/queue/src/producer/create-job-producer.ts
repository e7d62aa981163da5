import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { PostgresProbe } from '../backends/postgres/postgres-probe.js';
import type { QueueProbe } from '../backends/queue-probe.js';
import { RedisProbe } from '../backends/redis/redis-probe.js';
import type { ExecutionJob, ExecutionJobData, JobProducer, QueueOptions } from '../contract.js';
import { ImpatientBatcher } from '../timing/impatient-batcher.js';
import { within } from '../timing/within.js';
import { ChunkGatherer } from './chunk-gatherer.js';
import { singleParcel, type JobParcel } from './job-parcel.js';
import { JOB_ATTEMPTS, jobOptions } from './job-policy.js';

export interface JobProducerSettings {
  /** Attempts at a job whose handler rejects; default 10. */
  attempts?: number;
  /** Hears of connection faults; the commands that suffer from them reject besides. */
  onError?: (error: Error) => void;
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
  private readonly batcher: ImpatientBatcher<JobParcel>;
  private readonly gatherer: ChunkGatherer;
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
    this.batcher = new ImpatientBatcher({
      patienceMs: options.commandTimeoutMs,
      what: 'Enqueueing a job',
      run: (parcels) => this.send(parcels),
    });
    this.gatherer = new ChunkGatherer((parcel) => this.batcher.add(parcel));
    this.probe =
      options.redisUrl === null
        ? new PostgresProbe(options, onError)
        : new RedisProbe(queue.opts.connection as Redis, `${options.prefix}:${queue.name}`);
    queue.on('error', onError);
  }

  enqueue(job: ExecutionJob): Promise<void> {
    return this.gatherer.add(job);
  }

  enqueueLater(job: ExecutionJob, delayMs: number): Promise<void> {
    return this.batcher.add(singleParcel(job, delayMs));
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
    this.gatherer.flush();
    await within(patience, this.batcher.close(), 'Emptying the queue producer').catch(() => undefined);
    await within(patience, this.queue.close(), 'Closing the queue').catch(() => undefined);
    await within(patience, this.probe.close(), 'Closing the queue').catch(() => undefined);
  }

  private async send(parcels: readonly JobParcel[]): Promise<void> {
    const named = parcels.map((parcel) => ({
      name: 'execution',
      data: { members: parcel.members },
      opts: jobOptions(parcel, this.attempts),
    }));
    try {
      await this.queue.addBulk(named);
    } catch (error) {
      this.probe.onRefusal(error);
      throw error;
    }
  }
}
