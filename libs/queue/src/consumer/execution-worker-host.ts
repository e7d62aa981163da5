import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { watchWorkerConnection } from '../backends/redis/worker-watchdog.js';
import type { ExecutionJobData, JobConsumer, JobDelivery, QueueOptions } from '../contract.js';
import { EXECUTIONS_QUEUE } from '../executions-queue.js';
import { within } from '../timing/within.js';
import { workerOptions } from './worker-options.js';

/**
 * What an app's processor extends: it says what to do with a job, the queue's rules are set here. A provider of the app
 * like any other; its worker takes jobs from application bootstrap on, when every module is ready.
 *
 * On shutdown: `drain`, then `close`, before the Nest app is closed.
 */
export abstract class ExecutionWorkerHost extends WorkerHost implements JobConsumer {
  private running = 0;
  private stopWatching = (): void => undefined;

  /** `concurrency`: jobs at once in this process. */
  constructor(
    private readonly queueOptions: QueueOptions,
    concurrency: number,
  ) {
    super();
    // The decorator is applied here and not to the class because its options are known only now.
    Processor({ name: EXECUTIONS_QUEUE }, workerOptions(queueOptions, concurrency))(this.constructor);
  }

  /**
   * Runs one job; may be called again with the same data at any time (redelivery). A rejection has the job tried again
   * after a pause, 10 times in all, after which it is removed.
   */
  abstract handle(data: ExecutionJobData, delivery: JobDelivery): Promise<void>;

  /** Hears of connection faults, lost locks and jobs that could not be settled; the worker goes on. */
  abstract onQueueError(error: Error): void;

  /** Called by BullMQ. */
  async process(job: Job<ExecutionJobData>): Promise<void> {
    this.running += 1;
    try {
      await this.handle(job.data, {
        redelivered: job.stalledCounter > 0,
        lastTry: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
      });
    } finally {
      this.running -= 1;
    }
  }

  /** Called by Nest when every module is initialised. On Postgres it rejects when the database is away. */
  async onApplicationBootstrap(): Promise<void> {
    // BullMQ's Postgres backend never repeats a first connection that failed; on Redis the worker waits for it.
    if (this.queueOptions.redisUrl === null) await this.worker.waitUntilReady();
    this.stopWatching = watchWorkerConnection(this.worker, this.queueOptions);
    this.worker.run().catch((error: Error) => this.onQueueError(error));
  }

  async drain(timeoutMs: number): Promise<void> {
    await within(timeoutMs, this.worker.pause(), 'Draining the worker').catch((error: Error) =>
      this.onQueueError(error),
    );
  }

  /** Jobs that still run lose their lock and are redelivered to another process. */
  async close(): Promise<void> {
    this.stopWatching();
    // Forced, BullMQ waits for nobody, but leaves its wait for the next job behind: only for jobs that do not end.
    const closed = this.worker.close(this.running > 0);
    const patience = this.queueOptions.commandTimeoutMs;
    await within(patience, closed, 'Closing the worker').catch((error: Error) => this.onQueueError(error));
  }

  @OnWorkerEvent('error')
  protected onWorkerError(error: Error): void {
    this.onQueueError(error);
  }
}
