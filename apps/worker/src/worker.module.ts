import { Module, type DynamicModule } from '@nestjs/common';
import { parseLimits, type MailSender, type NotificationSender } from '#engine';
import { JOB_PRODUCER, queueModule, REPLY_CHANNEL, type JobProducer, type ReplyChannel } from '#queue';
import { Readiness, type Logger } from '#shared';
import type { SqlRunner, Storage } from '#storage';
import { Dispatcher } from './dispatch/dispatcher.js';
import { enqueueAll } from './dispatch/enqueue-all.js';
import { toJob } from './dispatch/to-job.js';
import { ExecuteWorkflow, type ExecuteWorkflowParts } from './execution/execute-workflow.js';
import { ExecutionProcessor } from './execution/execution.processor.js';
import type { RunningExecutions } from './execution/running-executions.js';
import { VersionCache } from './execution/steps/load-version.js';
import type { WorkerLease } from './execution/worker-lease.js';
import { HealthController } from './http/health.controller.js';
import { createDataReader } from './ports/data-reader.js';
import type { createEvaluator } from './ports/evaluator.js';
import { NodeTests } from './node-tests/node-tests.js';
import { withNodeTests } from './node-tests/with-node-tests.js';
import type { createHttpClient } from './ports/http-client.js';
import type { Environment } from './ports/environment.js';
import type { createScriptRunner } from './ports/script-runner.js';
import { createReplayDecider } from './replays/replay-decider.js';
import { ReplayPump } from './replays/replay-pump.js';
import { Scheduler } from './triggers/scheduler.js';
import type { WorkerConfig } from './worker.config.js';
import { createWaitReaders } from './ports/wait-readers.js';

/** What was opened before the module was made, and is closed after it. */
export interface WorkerParts {
  config: WorkerConfig;
  storage: Storage;
  lease: WorkerLease;
  running: RunningExecutions;
  environment: Environment;
  script: ReturnType<typeof createScriptRunner>;
  evaluator: ReturnType<typeof createEvaluator>;
  http: ReturnType<typeof createHttpClient>;
  sqlLogin: SqlRunner;
  mail: MailSender;
  notifications: NotificationSender;
  logger: Logger;
}

/** How long a readiness check waits for a service. Milliseconds. */
const CHECK_TIMEOUT = 1_000;

@Module({})
export class WorkerModule {
  static with(parts: WorkerParts): DynamicModule {
    const { config, storage, lease, logger } = parts;
    const onQueueError = (error: Error) => logger.warn({ err: error }, 'the queue reports a fault');
    return {
      module: WorkerModule,
      imports: [queueModule(config.queue, onQueueError)],
      controllers: [HealthController],
      providers: [
        {
          provide: ExecutionProcessor,
          inject: [JOB_PRODUCER, REPLY_CHANNEL],
          useFactory: (producer: JobProducer, replies: ReplyChannel) => createProcessor(parts, producer, replies),
        },
        {
          provide: Dispatcher,
          inject: [JOB_PRODUCER, REPLY_CHANNEL],
          useFactory: (producer: JobProducer, replies: ReplyChannel) => createDispatcher(parts, producer, replies),
        },
        {
          provide: Scheduler,
          inject: [JOB_PRODUCER],
          useFactory: (producer: JobProducer) => createScheduler(parts, producer),
        },
        {
          provide: ReplayPump,
          inject: [JOB_PRODUCER],
          useFactory: (producer: JobProducer) => createReplayPump(parts, producer),
        },
        {
          provide: Readiness,
          inject: [JOB_PRODUCER],
          useFactory: (producer: JobProducer) =>
            new Readiness({
              database: () => storage.ping(CHECK_TIMEOUT),
              queue: () => producer.ping(CHECK_TIMEOUT),
              lease: async () => {
                if (!lease.isHeld()) throw new Error('the lease could not be renewed');
              },
            }),
        },
      ],
    };
  }
}

function createProcessor(parts: WorkerParts, producer: JobProducer, replies: ReplyChannel): ExecutionProcessor {
  const {
    config,
    storage,
    lease,
    running,
    environment,
    script,
    evaluator,
    http,
    sqlLogin,
    mail,
    notifications,
    logger,
  } = parts;
  const needs: ExecuteWorkflowParts = {
    executions: storage.executions,
    dispatch: storage.dispatch,
    versions: new VersionCache(storage.configuration),
    environment,
    replies,
    producer,
    lease,
    running,
    ports: {
      script,
      evaluator,
      http,
      data: createDataReader(storage.collections, sqlLogin),
      mail,
      notifications,
      ...createWaitReaders(storage),
      now: () => new Date(),
    },
    settings: config.settings,
    logger,
  };
  const tests = new NodeTests({ ...needs, store: storage.nodeTests });
  const workflow = withNodeTests(new ExecuteWorkflow(needs), tests);
  const queue = { options: config.queue, concurrency: config.settings.WORKER_CONCURRENCY, producer };
  return new ExecutionProcessor(queue, workflow, storage.executions, replies, logger);
}

function createDispatcher(parts: WorkerParts, producer: JobProducer, replies: ReplyChannel): Dispatcher {
  const { config, storage, logger } = parts;
  return new Dispatcher({
    dispatch: storage.dispatch,
    executions: storage.executions,
    producer,
    replies,
    strandedAfterMs: config.settings.DISPATCH_STRANDED_AFTER,
    leaseTtlMs: config.settings.LEASE_TTL,
    logger,
  });
}

function createReplayPump({ config, storage, environment, logger }: WorkerParts, producer: JobProducer): ReplayPump {
  const decider = createReplayDecider({
    versions: new VersionCache(storage.configuration),
    environment,
    limits: parseLimits(config.settings),
    sources: storage,
  });
  const backlogLimit = Math.floor(config.settings.BACKLOG_HIGH_WATER / 2);
  const { replays, dispatch } = storage;
  return new ReplayPump({ replays, dispatch, producer, decider, backlogLimit, logger });
}

/** Executions that records start travel the same way as those of schedules: from the commit into the queue. */
function createScheduler({ storage, logger }: WorkerParts, producer: JobProducer): Scheduler {
  storage.triggers.onStarted((executions) => void enqueueAll(producer, executions.map(toJob), logger));
  return new Scheduler({ schedules: storage.schedules, producer, logger });
}
