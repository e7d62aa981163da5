import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { WaitingError, type Job } from 'bullmq';
import { watchWorkerConnection } from '../backends/redis/worker-watchdog.js';
import type { ExecutionJobData, JobConsumer, JobDelivery, JobMember, JobProducer, QueueOptions } from '../contract.js';
import { EXECUTIONS_QUEUE } from '../executions-queue.js';
import { within } from '../timing/within.js';
import { ExecutionSlots } from './execution-slots.js';
import { JobIntake } from './job-intake.js';
import { JobRun, type MemberHandler } from './job-run.js';
import { workerOptions } from './worker-options.js';

/**
 * What an app's processor extends: it says what to do with an execution, the queue's rules are set here. A provider of
 * the app like any other; its worker takes jobs from application bootstrap on, when every module is ready.
 *
 * On shutdown: `drain`, then `close`, before the Nest app is closed.
 */
export abstract class ExecutionWorkerHost extends WorkerHost implements JobConsumer {
  private readonly slots: ExecutionSlots;
  private readonly intake: JobIntake;
  private readonly members: MemberHandler;
  private readonly runs = new Set<JobRun>();
  private draining = false;
  private stopWatching = (): void => undefined;

  /** `concurrency`: executions at once in this process. `producer` takes members of a chunk that cannot run here now. */
  constructor(
    private readonly queueOptions: QueueOptions,
    concurrency: number,
    producer: Pick<JobProducer, 'enqueueLater'>,
  ) {
    super();
    // The decorator is applied here and not to the class because its options are known only now.
    Processor({ name: EXECUTIONS_QUEUE }, workerOptions(queueOptions))(this.constructor);
    this.slots = new ExecutionSlots(concurrency, () => this.intake.adjust());
    this.intake = new JobIntake(this.slots, (jobs) => (this.worker.concurrency = jobs));
    this.members = {
      handle: (member, delivery, claimed) => this.handle(member, delivery, claimed),
      handOn: (member, delayMs) => producer.enqueueLater({ ...member, dedupId: null, urgent: false }, delayMs),
      onQueueError: (error) => this.onQueueError(error),
    };
  }

  /**
   * Runs one execution; may be called again with the same member at any time (redelivery). `claimed` is to be called once
   * Postgres knows that this worker runs it: the queue is not needed for it any more. A rejection before that has the
   * execution tried again after a pause: a job of its own 10 times in all, after which it is removed, a member of a chunk
   * as a job of its own. A rejection after it is only reported.
   */
  abstract handle(member: JobMember, delivery: JobDelivery, claimed: () => void): Promise<void>;

  /** Hears of connection faults, lost locks and jobs that could not be settled; the worker goes on. */
  abstract onQueueError(error: Error): void;

  /** Executions that run in this process now. */
  get runningExecutions(): number {
    return this.slots.running;
  }

  /** Called by BullMQ. */
  async process(job: Job<ExecutionJobData>): Promise<void> {
    if (this.draining) return returnToQueue(job);
    const run = new JobRun(job.data.members, deliveryOf(job), this.slots, this.members);
    this.runs.add(run);
    // Before the first await: BullMQ's loop goes on at once, with the limit it finds.
    this.intake.enter();
    const end = await run.end;
    this.runs.delete(run);
    if (end.kind === 'done') return this.intake.end(job);
    this.intake.leave();
    if (end.kind === 'failed') throw end.error;
    return returnToQueue(job);
  }

  /** Called by Nest when every module is initialised. On Postgres it rejects when the database is away. */
  async onApplicationBootstrap(): Promise<void> {
    // BullMQ's Postgres backend never repeats a first connection that failed; on Redis the worker waits for it.
    if (this.queueOptions.redisUrl === null) await this.worker.waitUntilReady();
    this.stopWatching = watchWorkerConnection(this.worker, this.queueOptions);
    this.worker.run().catch((error: Error) => this.onQueueError(error));
  }

  /** Executions that still wait for a slot go back to the queue at once. */
  async drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    const paused = this.worker.pause();
    for (const run of this.runs) run.handOnWaiting();
    this.intake.stop();
    await within(timeoutMs, Promise.all([paused, this.slots.whenIdle()]), 'Draining the worker').catch((error: Error) =>
      this.onQueueError(error),
    );
  }

  /** Jobs that still run lose their lock and are redelivered to another process. */
  async close(): Promise<void> {
    this.draining = true;
    this.stopWatching();
    for (const run of this.runs) run.abandon();
    // Forced, BullMQ waits for nobody, but leaves its wait for the next job behind: only for jobs that do not end.
    const closed = this.worker.close(this.runs.size > 0);
    this.intake.stop();
    const patience = this.queueOptions.commandTimeoutMs;
    await within(patience, closed, 'Closing the worker').catch((error: Error) => this.onQueueError(error));
  }

  @OnWorkerEvent('error')
  protected onWorkerError(error: Error): void {
    this.intake.forgetEnding();
    this.onQueueError(error);
  }

  @OnWorkerEvent('completed')
  protected onJobCompleted(job: Job): void {
    this.intake.ended(job);
  }

  /** A job that was done and could not be completed, as when its lock was lost, may fail in the end. */
  @OnWorkerEvent('failed')
  protected onJobFailed(job: Job | undefined): void {
    if (job) this.intake.ended(job);
  }
}

/** Gives a job back as it came, to the head of the queue, without counting it as an attempt. */
async function returnToQueue(job: Job): Promise<never> {
  await job.moveToWait(job.token);
  throw new WaitingError();
}

function deliveryOf(job: Job<ExecutionJobData>): JobDelivery {
  return {
    redelivered: job.stalledCounter > 0,
    // The members of a chunk that fail go on as jobs of their own.
    lastTry: job.data.members.length === 1 && job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
  };
}
