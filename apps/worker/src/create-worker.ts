import { hostname } from 'node:os';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { prepareQueueBackend } from '#queue';
import { createLogger, maskedConfig, Readiness, type Logger, type Settings } from '#shared';
import { assertMigrated, keepPartitions, openSqlLogin, openStorage, type Storage } from '#storage';
import { Dispatcher } from './dispatch/dispatcher.js';
import { ExecutionProcessor } from './execution/execution.processor.js';
import { RunningExecutions } from './execution/running-executions.js';
import { WorkerLease } from './execution/worker-lease.js';
import { HistoryUpkeep } from './maintenance/history-upkeep.js';
import { PartitionUpkeep } from './maintenance/partition-upkeep.js';
import { ReplayPump } from './replays/replay-pump.js';
import { Scheduler } from './triggers/scheduler.js';
import { Environment } from './ports/environment.js';
import { createEvaluator } from './ports/evaluator.js';
import { createHttpClient } from './ports/http-client.js';
import { createMailSender } from './ports/mail-sender.js';
import { createNotificationSender } from './ports/notification-sender.js';
import { createScriptRunner } from './ports/script-runner.js';
import type { WorkerConfig } from './worker.config.js';
import { WorkerModule, type WorkerParts } from './worker.module.js';

export interface RunningWorker {
  /** Port of the health checks. */
  port: number;
  /** Takes no more jobs; running executions are handed back at their next node, within DRAIN_TIMEOUT. */
  close(): Promise<void>;
}

/** Time kept of DRAIN_TIMEOUT for closing connections after the last execution. Milliseconds. */
const CLOSING = 3_000;

/** Starts a worker: storage, lease, ports, queue, dispatcher, health. Rejects when the schema is older than this release. */
export async function createWorker(config: WorkerConfig): Promise<RunningWorker> {
  const { settings } = config;
  const logger = createLogger('worker', settings.LOG_LEVEL);
  logger.info({ config: maskedConfig(settings) }, 'starting');
  await assertMigrated(config.storage.databaseUrl);
  await prepareQueueBackend(config.queue);
  const storage = await openStorage(config.storage);
  const parts = await openParts(config, storage, logger);
  const app = await NestFactory.create<NestFastifyApplication>(WorkerModule.with(parts), new FastifyAdapter(), {
    logger: ['error', 'warn'],
  });
  await app.listen(settings.WORKER_PORT, settings.LISTEN_ADDRESS);
  const dispatcher = app.get(Dispatcher);
  dispatcher.start();
  const scheduler = app.get(Scheduler);
  scheduler.start();
  const replays = app.get(ReplayPump);
  replays.start();
  const partitions = new PartitionUpkeep(() => keepPartitions(config.storage.databaseUrl), logger);
  partitions.start();
  const history = new HistoryUpkeep(storage.maintenance, { retentionMs: settings.HISTORY_RETENTION }, logger);
  history.start();
  const address = app.getHttpServer().address() as { port: number };
  logger.info({ port: address.port }, 'ready');
  return {
    port: address.port,
    close: async () => {
      app.get(Readiness).drain();
      partitions.stop();
      // At once: what still waits for the database here must not take the time of the running executions.
      const drained = drain(app.get(ExecutionProcessor), settings.DRAIN_TIMEOUT - CLOSING);
      await Promise.all([history.stop(), dispatcher.stop(), scheduler.stop(), replays.stop(), drained]);
      await app.close();
      await closeParts(parts);
    },
  };
}

async function openParts(config: WorkerConfig, storage: Storage, logger: Logger): Promise<WorkerParts> {
  const { settings } = config;
  const warn = (error: unknown) => logger.warn({ err: error }, 'the database could not be asked; trying again');
  const lease = new WorkerLease(storage.leases, `${hostname()}:${process.pid}`, settings.LEASE_TTL, warn);
  await lease.start();
  const environment = new Environment(storage.configuration, config.allowedVariables);
  await environment.start(settings.CONFIG_POLL, warn);
  const http = createHttpClient({
    allowPrivate: settings.HTTP_ALLOW_PRIVATE,
    limits: { answerBytes: settings.HTTP_LIMITS.answer, redirects: settings.HTTP_LIMITS.redirects },
  });
  return {
    config,
    storage,
    lease,
    running: new RunningExecutions(storage.executions, warn),
    environment,
    script: createScriptRunner({
      poolSize: settings.SCRIPT_LIMITS.threads,
      limits: {
        memoryBytes: settings.SCRIPT_LIMITS.memory,
        cpuMs: settings.SCRIPT_LIMITS.cpu,
        wallMs: settings.SCRIPT_LIMITS.wall,
        outputBytes: settings.SCRIPT_LIMITS.output,
        logBytes: settings.SCRIPT_LIMITS.log,
      },
    }),
    sqlLogin: openSqlLogin(config.sql),
    http,
    ...openOutgoing(settings, storage, environment, http),
    evaluator: openEvaluator(config),
    logger,
  };
}

function openEvaluator({ settings }: WorkerConfig): WorkerParts['evaluator'] {
  const { memory, time, output, processes } = settings.EVALUATION_LIMITS;
  return createEvaluator({ memoryBytes: memory, timeMs: time, outputBytes: output, processes });
}

/** What notification and mailer nodes send over. */
function openOutgoing(
  settings: Settings,
  storage: Storage,
  environment: Environment,
  http: WorkerParts['http'],
): Pick<WorkerParts, 'mail' | 'notifications'> {
  const mail = createMailSender({
    allowPrivate: settings.HTTP_ALLOW_PRIVATE,
    limits: { recipients: settings.MAIL_LIMITS.recipients, message: settings.MAIL_LIMITS.message },
    clientName: settings.HOOKMILL_PUBLIC_URL === null ? null : new URL(settings.HOOKMILL_PUBLIC_URL).hostname,
  });
  const { channels, notifications } = storage;
  const now = (): Date => new Date();
  const timeoutMs = settings.NOTIFICATION_TIMEOUT;
  const parts = { channels, notifications, environment, http, mail, now, timeoutMs };
  return { mail, notifications: createNotificationSender(parts) };
}

async function drain(processor: ExecutionProcessor, timeoutMs: number): Promise<void> {
  await processor.drain(Math.max(0, timeoutMs));
  await processor.close();
}

async function closeParts(parts: WorkerParts): Promise<void> {
  parts.environment.stop();
  parts.running.stop();
  await parts.lease.stop();
  await parts.script.close();
  await parts.evaluator.close();
  await parts.http.close();
  await parts.sqlLogin.close();
  await parts.storage.close();
}
