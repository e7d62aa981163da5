import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { parseLimits } from '#engine';
import {
  JOB_PRODUCER,
  queueModule,
  REPLY_CHANNEL,
  type JobProducer,
  type QueueOptions,
  type ReplyChannel,
} from '#queue';
import { Readiness, type Logger, type Settings } from '#shared';
import {
  ADMIN_STORAGE,
  AWAITED_RUNS,
  EXECUTION_DESK,
  EXECUTION_VIEWS,
  MANUAL_RUNS,
  NODE_TEST_DESK,
  PUBLIC_URL,
  REPLAY_DESK,
  TASK_DESK,
  RECORD_DESK,
  REQUEST_DIAGNOSES,
  TRIGGER_DESK,
  TRIGGER_RUNS,
  WORKFLOW_DESK,
} from './admin-tokens.js';
import { publicUrl } from './admin-config.js';
import type { AdminStorage } from './admin-storage.js';
import { ApiKeysController } from './auth/api-keys.controller.js';
import { CatalogueController } from './catalog/catalogue.controller.js';
import { ChannelsController } from './channels/channels.controller.js';
import { CollectionsController } from './collections/collections.controller.js';
import { RecordDesk } from './collections/record-desk.js';
import { RecordsController } from './collections/records.controller.js';
import { ExecutionDesk } from './executions/execution-desk.js';
import { ExecutionViews } from './executions/execution-views.js';
import { ExecutionsController } from './executions/executions.controller.js';
import type { DrainState } from './http/drain-state.js';
import { HealthController } from './http/health.controller.js';
import { readinessCheck } from './http/readiness-check.js';
import { NodeTestDesk } from './node-tests/node-test-desk.js';
import { NodeTestsController } from './node-tests/node-tests.controller.js';
import { NotificationsController } from './notifications/notifications.controller.js';
import { ReplayDesk } from './replays/replay-desk.js';
import { ReplaysController } from './replays/replays.controller.js';
import { RefusalsController } from './requests/refusals.controller.js';
import { RequestDiagnoses } from './requests/request-diagnoses.js';
import { RequestsController } from './requests/requests.controller.js';
import { SecretsController } from './secrets/secrets.controller.js';
import { TaskDesk } from './tasks/task-desk.js';
import { TasksController } from './tasks/tasks.controller.js';
import { RecordInterceptor } from './triggers/record-interceptor.js';
import { TriggerDesk } from './triggers/trigger-desk.js';
import { TriggerRuns } from './triggers/trigger-runs.js';
import { TriggersController } from './triggers/triggers.controller.js';
import { AwaitedRuns } from './workflows/awaited-runs.js';
import { ExecuteController } from './workflows/execute.controller.js';
import { ManualRuns } from './workflows/manual-runs.js';
import { VersionsController } from './workflows/versions.controller.js';
import { WorkflowDesk } from './workflows/workflow-desk.js';
import { WorkflowsController } from './workflows/workflows.controller.js';

export interface AdminParts {
  config: Settings;
  logger: Logger;
  storage: AdminStorage;
  /** Options of the real queue, or one that a test brings. */
  queue: QueueOptions | { producer: JobProducer; replies: ReplyChannel };
  drain: DrainState;
  /** Longest wait of an execution by hand, milliseconds. */
  manualWaitMs: number;
  /** For `$env` in filters, besides secrets; undefined for none. */
  allowedVariables: Readonly<Record<string, string>> | undefined;
}

@Module({})
export class AdminModule {
  static with(parts: AdminParts): DynamicModule {
    return {
      module: AdminModule,
      imports: 'producer' in parts.queue ? [] : [queueModule(parts.queue, warnOfQueue(parts.logger))],
      controllers: [
        HealthController,
        WorkflowsController,
        VersionsController,
        ExecuteController,
        ExecutionsController,
        RefusalsController,
        RequestsController,
        ReplaysController,
        TasksController,
        SecretsController,
        CollectionsController,
        RecordsController,
        TriggersController,
        ApiKeysController,
        ChannelsController,
        NotificationsController,
        CatalogueController,
        NodeTestsController,
      ],
      providers: [
        ...queueProviders(parts.queue),
        ...ownProviders(parts),
        ...triggerProviders(parts),
        replayProvider(parts),
      ],
    };
  }
}

/** At most one line a second: a queue that is away faults at every try. */
function warnOfQueue(logger: Logger): (error: Error) => void {
  let last = 0;
  return (error) => {
    if (Date.now() - last < 1000) return;
    last = Date.now();
    logger.warn({ err: error }, 'the queue has a fault');
  };
}

function queueProviders(queue: AdminParts['queue']): Provider[] {
  if (!('producer' in queue)) return [];
  return [
    { provide: JOB_PRODUCER, useValue: queue.producer },
    { provide: REPLY_CHANNEL, useValue: queue.replies },
  ];
}

function ownProviders({ config, logger, storage, drain, manualWaitMs }: AdminParts): Provider[] {
  const options = { waitMs: manualWaitMs, pollMs: config.REPLY_POLL, signal: drain.signal };
  return [
    { provide: ADMIN_STORAGE, useValue: storage },
    { provide: PUBLIC_URL, useValue: publicUrl(config) },
    { provide: WORKFLOW_DESK, useValue: new WorkflowDesk(storage.workflows) },
    {
      provide: EXECUTION_VIEWS,
      useValue: new ExecutionViews(storage.history, storage.configuration, parseLimits(config)),
    },
    {
      provide: REQUEST_DIAGNOSES,
      useValue: new RequestDiagnoses(storage, publicUrl(config), config.HOOKMILL_ENV_ALLOW),
    },
    {
      provide: EXECUTION_DESK,
      inject: [JOB_PRODUCER, REPLY_CHANNEL],
      useFactory: (producer: JobProducer, replies: ReplyChannel) =>
        new ExecutionDesk(storage, producer, replies, logger),
    },
    {
      provide: TASK_DESK,
      inject: [JOB_PRODUCER],
      useFactory: (producer: JobProducer) => new TaskDesk(storage.tasks, producer, logger),
    },
    {
      provide: NODE_TEST_DESK,
      inject: [JOB_PRODUCER, REPLY_CHANNEL],
      useFactory: (producer: JobProducer, replies: ReplyChannel) =>
        new NodeTestDesk(storage.nodeTests, producer, replies, options),
    },
    {
      provide: Readiness,
      inject: [JOB_PRODUCER],
      useFactory: (producer: JobProducer) =>
        new Readiness({ database: readinessCheck(storage), queue: readinessCheck(producer) }),
    },
  ];
}

function replayProvider({ config, logger, storage, allowedVariables = {} }: AdminParts): Provider {
  const options = { limits: parseLimits(config), rate: config.REPLAY_RATE, allowedVariables };
  return {
    provide: REPLAY_DESK,
    inject: [JOB_PRODUCER],
    useFactory: (producer: JobProducer) => new ReplayDesk(storage, producer, options, logger),
  };
}

/** What starts executions from here, and those that records start on the way. */
function triggerProviders({ config, logger, storage, drain, manualWaitMs }: AdminParts): Provider[] {
  const options = { pollMs: config.REPLY_POLL, signal: drain.signal };
  return [
    {
      provide: AWAITED_RUNS,
      inject: [JOB_PRODUCER, REPLY_CHANNEL],
      useFactory: (producer: JobProducer, replies: ReplyChannel) => {
        const runs = new AwaitedRuns(storage.executions, producer, replies, logger, options);
        storage.triggers.onStarted((executions) => executions.forEach(({ id }) => void runs.enqueue(id, false)));
        return runs;
      },
    },
    {
      provide: MANUAL_RUNS,
      inject: [AWAITED_RUNS],
      useFactory: (runs: AwaitedRuns) => new ManualRuns(storage.history, runs, manualWaitMs),
    },
    {
      provide: TRIGGER_RUNS,
      inject: [AWAITED_RUNS],
      useFactory: (runs: AwaitedRuns) => new TriggerRuns(storage, runs),
    },
    {
      provide: RECORD_DESK,
      inject: [TRIGGER_RUNS],
      useFactory: (runs: TriggerRuns) =>
        new RecordDesk(storage.collections, new RecordInterceptor(storage, runs, logger)),
    },
    {
      provide: TRIGGER_DESK,
      inject: [TRIGGER_RUNS],
      useFactory: (runs: TriggerRuns) => new TriggerDesk(storage.collections, storage.triggers, runs),
    },
  ];
}
