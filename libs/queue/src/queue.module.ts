import { setTimeout as sleep } from 'node:timers/promises';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Inject, Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { ExecutionJobData, JobProducer, QueueOptions, ReplyChannel } from './contract.js';
import { EXECUTIONS_QUEUE } from './executions-queue.js';
import { createJobProducer } from './producer/create-job-producer.js';
import { executionsQueueOptions } from './producer/executions-queue-options.js';
import { createReplyChannel } from './replies/create-reply-channel.js';
import { JOB_PRODUCER, REPLY_CHANNEL } from './tokens.js';

const QUEUE_OPTIONS = Symbol('QueueOptions');
const FIRST_ANSWER_POLL_MS = 20;

/**
 * Global: provides {@link JOB_PRODUCER} and {@link REPLY_CHANNEL}, and the queue that processors attach to. Call
 * `prepareQueueBackend` before the app is created. `onError` hears of connection faults.
 */
export function queueModule(options: QueueOptions, onError: (error: Error) => void = () => undefined): DynamicModule {
  return {
    module: QueueModule,
    global: true,
    imports: [
      BullModule.registerQueueAsync({ name: EXECUTIONS_QUEUE, useFactory: () => executionsQueueOptions(options) }),
    ],
    providers: [
      { provide: QUEUE_OPTIONS, useValue: options },
      {
        provide: JOB_PRODUCER,
        inject: [getQueueToken(EXECUTIONS_QUEUE)],
        useFactory: (queue: Queue<ExecutionJobData>) => createJobProducer(queue, options, { onError }),
      },
      { provide: REPLY_CHANNEL, useFactory: () => createReplyChannel(options, onError) },
    ],
    exports: [JOB_PRODUCER, REPLY_CHANNEL, BullModule],
  };
}

@Module({})
class QueueModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(QUEUE_OPTIONS) private readonly options: QueueOptions,
    @Inject(getQueueToken(EXECUTIONS_QUEUE)) private readonly queue: Queue,
    @Inject(JOB_PRODUCER) private readonly producer: JobProducer,
    @Inject(REPLY_CHANNEL) private readonly replies: ReplyChannel,
  ) {}

  /**
   * Lets the first connection come up, so that the first request does not find it missing. Redis may be away at boot:
   * what is accepted meanwhile is durable. Postgres may not: nothing works without it, and BullMQ never repeats a first
   * connection that failed.
   */
  async onModuleInit(): Promise<void> {
    if (this.options.redisUrl === null) {
      await this.queue.waitUntilReady();
      return;
    }
    const deadline = Date.now() + this.options.commandTimeoutMs;
    while (Date.now() < deadline && !(await this.answers())) await sleep(FIRST_ANSWER_POLL_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.replies.close();
    await this.producer.close();
  }

  private answers(): Promise<boolean> {
    return this.producer.ping(this.options.commandTimeoutMs).then(
      () => true,
      () => false,
    );
  }
}
