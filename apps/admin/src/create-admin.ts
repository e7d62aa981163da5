import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { prepareQueueBackend, REPLY_CHANNEL, type JobProducer, type ReplyChannel } from '#queue';
import { createLogger, newId, Readiness, type Logger, type Settings, serviceOptions } from '#shared';
import { assertMigrated, openStorage, type Storage } from '#storage';
import type { AdminStorage } from './admin-storage.js';
import { AdminModule } from './admin.module.js';
import { authorizeRequests } from './auth/authorize-requests.js';
import { KeyRing } from './auth/key-ring.js';
import { routeRoles } from './auth/route-roles.js';
import { answerBadUrl } from './http/answer-bad-url.js';
import { answerClientError } from './http/answer-client-error.js';
import { addBodyParsers, BODY_LIMIT } from './http/body-parsers.js';
import { createOpenApi, serveOpenApi } from './http/create-openapi.js';
import { createValidationPipe } from './http/create-validation-pipe.js';
import { DrainState } from './http/drain-state.js';
import { observeRequests } from './http/observe-requests.js';
import { ProblemFilter } from './http/problem.filter.js';

/** What tests bring themselves; it is theirs to close. */
export interface AdminDeps {
  storage?: AdminStorage;
  queue?: { producer: JobProducer; replies: ReplyChannel };
  logger?: Logger;
  /** Longest wait of an execution by hand, milliseconds; default 30 s. */
  manualWaitMs?: number;
  /** Values of the variables that HOOKMILL_ENV_ALLOW names; default none. */
  allowedVariables?: Readonly<Record<string, string>>;
}

export interface Admin {
  app: NestFastifyApplication;
  logger: Logger;
  /** Listens and answers the base URL. Port 0 takes a free one. */
  listen(port: number, address: string): Promise<string>;
  /** Readiness turns red, new requests get 503, waits for executions end. */
  drain(): void;
  close(): Promise<void>;
}

const MANUAL_WAIT_MS = 30_000;

/** The management API, ready to listen; everything that can stop a boot has been looked at. */
export async function createAdmin(config: Settings, deps: AdminDeps = {}): Promise<Admin> {
  const logger = deps.logger ?? createLogger('admin', config.LOG_LEVEL);
  const drain = new DrainState();
  const opened = deps.storage ? null : await open(config);
  const storage = deps.storage ?? (opened as Storage);
  try {
    if (!deps.queue) await prepareQueueBackend(serviceOptions(config, 'hookmill-admin').queue);
    const module = AdminModule.with({
      config,
      logger,
      storage,
      drain,
      queue: deps.queue ?? serviceOptions(config, 'hookmill-admin').queue,
      manualWaitMs: deps.manualWaitMs ?? MANUAL_WAIT_MS,
      allowedVariables: deps.allowedVariables,
    });
    const app = await createApp(module, new KeyRing(storage.apiKeys, config.HOOKMILL_ADMIN_KEY), logger, drain);
    return {
      app,
      logger,
      listen: async (port, address) => {
        await app.listen(port, address);
        return app.getUrl();
      },
      drain: () => beginDrain(app, drain),
      close: async () => {
        beginDrain(app, drain);
        await app.close();
        await opened?.close();
      },
    };
  } catch (error) {
    await opened?.close();
    throw error;
  }
}

function beginDrain(app: NestFastifyApplication, drain: DrainState): void {
  app.get(Readiness).drain();
  drain.begin();
}

async function open(config: Settings): Promise<Storage> {
  const options = serviceOptions(config, 'hookmill-admin').storage;
  await assertMigrated(options.databaseUrl);
  return openStorage(options);
}

async function createApp(
  module: ReturnType<typeof AdminModule.with>,
  keys: KeyRing,
  logger: Logger,
  drain: DrainState,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: () => newId(),
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => answerBadUrl(request, reply),
    // Fastify's own limit of 100 answers 414 past our filter; the size of the URL is limited by node:http.
    routerOptions: { maxParamLength: 16_384 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  addBodyParsers(fastify);
  observeRequests(fastify, logger, drain);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(logger));
  const document = createOpenApi(app);
  authorizeRequests(fastify, keys, routeRoles(document));
  serveOpenApi(app, document);
  await app.init();
  await fastify.ready();
  await app.get<ReplyChannel>(REPLY_CHANNEL).start();
  return app;
}
