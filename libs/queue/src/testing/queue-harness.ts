import { Test, type TestingModule } from '@nestjs/testing';
import { Queue, type Job } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExecutionWorkerHost } from '../consumer/execution-worker-host.js';
import type {
  ExecutionJob,
  ExecutionJobData,
  JobDelivery,
  JobMember,
  JobProducer,
  QueueOptions,
  ReplyChannel,
} from '../contract.js';
import { EXECUTIONS_QUEUE } from '../executions-queue.js';
import { createJobProducer, type JobProducerSettings } from '../producer/create-job-producer.js';
import { executionsQueueOptions } from '../producer/executions-queue-options.js';
import { queueModule } from '../queue.module.js';
import { createReplyChannel } from '../replies/create-reply-channel.js';
import type { FaultyProxy } from './faulty-proxy.js';

/** What a backend's specs lend to the conformance suite. */
export interface QueueBackendUnderTest {
  /** Straight to the server. */
  options: QueueOptions;
  /** The same queue through `proxy`. */
  proxied: QueueOptions;
  proxy: FaultyProxy;
  /** The server forgets every job. */
  loseEverything(): Promise<void>;
  /** What the server still holds of jobs, in any state: names to show when there should be none. */
  remains(): Promise<string[]>;
  /** Sends a raw notification on the reply channel of `instance`. */
  forge(instance: string, message: string): Promise<void>;
}

/** What a test's worker does with an execution. */
export type Act = (member: JobMember, claimed: () => void) => Promise<void>;

/** A worker that does what the test says and remembers what it was given. */
export class RecordingWorker extends ExecutionWorkerHost {
  readonly handled: JobMember[] = [];
  readonly deliveries: JobDelivery[] = [];
  readonly errors: Error[] = [];
  /** Ids of the jobs that BullMQ handed out. */
  readonly taken: string[] = [];
  /** Most executions that ran at once. */
  most = 0;

  constructor(
    options: QueueOptions,
    concurrency: number,
    producer: Pick<JobProducer, 'enqueueLater'>,
    private readonly act: Act,
  ) {
    super(options, concurrency, producer);
  }

  override process(job: Job<ExecutionJobData>): Promise<void> {
    this.taken.push(job.id ?? '');
    return super.process(job);
  }

  async handle(member: JobMember, delivery: JobDelivery, claimed: () => void): Promise<void> {
    this.handled.push(member);
    this.deliveries.push(delivery);
    this.most = Math.max(this.most, this.runningExecutions);
    await this.act(member, claimed);
  }

  onQueueError(error: Error): void {
    this.errors.push(error);
  }

  get ids(): string[] {
    return this.handled.map((member) => member.executionId);
  }
}

/** Everything a test opens, closed together. */
export class OpenParts {
  private readonly closers: (() => Promise<unknown>)[] = [];

  producer(options: QueueOptions, settings?: JobProducerSettings): JobProducer {
    return this.producerOn(this.queue(options), options, settings);
  }

  /** A producer whose connections are up, as after the module's initialisation. */
  async readyProducer(options: QueueOptions, settings?: JobProducerSettings): Promise<JobProducer> {
    const queue = this.queue(options);
    const producer = this.producerOn(queue, options, settings);
    if (options.redisUrl === null) await queue.waitUntilReady();
    await eventually(() => producer.ping(options.commandTimeoutMs));
    return producer;
  }

  async worker(options: QueueOptions, concurrency: number, act: Act = async () => undefined): Promise<RecordingWorker> {
    const worker = new RecordingWorker(options, concurrency, await this.readyProducer(options), act);
    const app: TestingModule = await Test.createTestingModule({
      imports: [queueModule(options)],
      providers: [{ provide: RecordingWorker, useFactory: () => worker }],
    }).compile();
    await app.init();
    this.closers.push(async () => {
      await worker.close();
      await app.close();
    });
    return worker;
  }

  channel(options: QueueOptions): ReplyChannel {
    const channel = createReplyChannel(options);
    this.closers.push(() => channel.close());
    return channel;
  }

  private queue(options: QueueOptions): Queue<ExecutionJobData> {
    return new Queue<ExecutionJobData>(EXECUTIONS_QUEUE, executionsQueueOptions(options));
  }

  private producerOn(
    queue: Queue<ExecutionJobData>,
    options: QueueOptions,
    settings: JobProducerSettings | undefined,
  ): JobProducer {
    const producer = createJobProducer(queue, options, settings);
    this.closers.push(() => producer.close());
    return producer;
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}

/** A job of its own execution, without dedup id. */
export function jobOf(executionId: string, more: Partial<ExecutionJob> = {}): ExecutionJob {
  return { executionId, attempt: 0, dedupId: null, urgent: false, ...more };
}

/** Members of one chunk. */
export function chunkOf(id: string, executionIds: readonly string[], size = executionIds.length): ExecutionJob[] {
  return executionIds.map((executionId) => jobOf(executionId, { chunk: { id, size } }));
}

/** Holds whoever waits for it until it is opened. */
export class Gate {
  readonly passed: Promise<void>;
  open!: () => void;

  constructor() {
    this.passed = new Promise((resolve) => (this.open = resolve));
  }
}

/**
 * Well above the slowest recovery there is: a Postgres worker looks after 5 s, and each of its 4 pooled connections that
 * is dead costs it a query timeout and a second's pause before it is replaced. It ends a test that would wait for ever.
 */
const GIVE_UP_AFTER_MS = 25_000;

/** Repeats `check` until it no longer throws; its last error after {@link GIVE_UP_AFTER_MS}. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(25);
    }
  }
}
