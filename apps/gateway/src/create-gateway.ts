import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createSharedBuckets, prepareQueueBackend, queueModule, REPLY_CHANNEL, type ReplyChannel } from '#queue';
import { createSsrfGuard, type Logger, type Readiness } from '#shared';
import { openStorage, type Storage } from '#storage';
import { createAdapter } from './create-adapter.js';
import type { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { READINESS } from './gateway.tokens.js';
import { ProblemFilter } from './http/problem.filter.js';
import type { Refusal } from './webhook/refusal.js';
import { capConnections } from './limits/connection-cap.js';
import { FailureBudget } from './limits/failure-budget.js';
import { RateLimiter } from './limits/rate-limiter.js';
import { limitPerSecond, type RequestLimits } from './limits/request-limits.js';
import { Admission } from './webhook/admission.js';
import { BodyBudget } from './webhook/body-budget.js';
import { guardedFetch } from './webhook/guarded-fetch.js';
import { KeyFetcher, type FetchUrl } from './webhook/key-fetcher.js';
import { Waiters } from './webhook/waiters.js';
import { WorkflowDirectory } from './webhook/workflow-directory.js';

const BACKLOG_COUNT_EVERY = 2_000;
/** A waiter not answered this long before the end gets `onTimeout`'s answer. Milliseconds. */
const RELEASE_BEFORE_END = 5_000;
/** What closing connections may take of the drain time. Milliseconds. */
const CLOSE_RESERVE = 1_000;

/** A gateway that listens. */
export interface Gateway {
  url: string;
  /** Refuses new requests, answers the running ones, closes everything. Safe to call twice. */
  drain(): Promise<void>;
}

/** Parts that a test may hand in; the rest is made from the configuration. */
export interface GatewayDependencies {
  logger: Logger;
  /** Closed by the gateway. */
  storage?: Storage;
  /** What keys and certificates are fetched with, once their URL was allowed. */
  fetchUrl?: FetchUrl;
}

/**
 * Starts a gateway: storage, queue, workflows, then the port.
 * @throws when the database or its schema, the queue or the port is not usable
 */
export async function createGateway(config: GatewayConfig, dependencies: GatewayDependencies): Promise<Gateway> {
  const storage = dependencies.storage ?? (await openStorage(config.storage));
  try {
    await prepareQueueBackend(config.queue);
    return await startGateway(config, storage, dependencies);
  } catch (error) {
    await storage.close().catch(() => undefined);
    throw error;
  }
}

async function startGateway(
  config: GatewayConfig,
  storage: Storage,
  { logger, fetchUrl }: GatewayDependencies,
): Promise<Gateway> {
  const directory = new WorkflowDirectory({
    configuration: storage.configuration,
    pollMs: config.configPollMs,
    environment: config.environment,
    logger,
  });
  const admission = new Admission({
    dispatch: storage.dispatch,
    highWater: config.backlogHighWater,
    everyMs: BACKLOG_COUNT_EVERY,
  });
  const waiters = new Waiters();
  let publicUrl = config.publicUrl ?? '';
  const onRefused = ({ entry, code }: Refusal): void => {
    storage.requestLog.count({ receivedAt: new Date(), workflowId: null, gate: entry.gate, reason: code });
  };
  const limiter = new RateLimiter({ shared: createSharedBuckets(config.queue), logger });
  const limits = requestLimits(config, limiter);
  const keys = new KeyFetcher({
    fetchUrl: fetchUrl ?? guardedFetch(createSsrfGuard({ allowPrivate: config.allowPrivate })),
    limits: config.keyFetchLimits,
    logger,
  });
  const bodies = new BodyBudget(config.unverifiedBodyLimit);
  const told = { config, publicUrl: () => publicUrl, directory, logger };
  const services = { ...told, admission, limits, waiters, bodies, keys };
  const module = GatewayModule.register({ services, storage, admission }, queueModule(config.queue));
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(config, onRefused), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger, onRefused));
  const { connectionsPerAddress: most, trustedProxies: proxies } = config;
  if (most > 0) capConnections(app.getHttpServer(), { most, proxies, logger });
  await Promise.all([directory.start(), admission.start(), app.get<ReplyChannel>(REPLY_CHANNEL).start()]);
  await app.listen(config.port, config.address);
  const { port } = app.getHttpServer().address() as AddressInfo;
  if (config.publicUrl === null) publicUrl = `http://localhost:${port}`;
  let drained: Promise<void> | null = null;
  const drain = () =>
    (drained ??= drainGateway(config, { app, storage, directory, admission, limiter, waiters, logger }));
  return { url: `http://${hostOf(config.address)}:${port}`, drain };
}

function requestLimits(config: GatewayConfig, buckets: RateLimiter): RequestLimits {
  return {
    perAddress: limitPerSecond(config.rateLimits.perAddress),
    overall: limitPerSecond(config.rateLimits.overall),
    failures: config.authFailureLimit.count > 0 ? new FailureBudget(config.authFailureLimit) : null,
    buckets,
  };
}

interface RunningParts {
  app: NestFastifyApplication;
  storage: Storage;
  directory: WorkflowDirectory;
  admission: Admission;
  limiter: RateLimiter;
  waiters: Waiters;
  logger: Logger;
}

/** Contract.md 10: red, refuse during the grace time, then no socket; waiters are answered before the time is up. */
async function drainGateway({ drain }: GatewayConfig, parts: RunningParts): Promise<void> {
  const { app, storage, directory, admission, limiter, waiters, logger } = parts;
  logger.info({ graceMs: drain.graceMs, timeoutMs: drain.timeoutMs }, 'draining');
  app.get<Readiness>(READINESS).drain();
  admission.drain();
  const release = setTimeout(() => waiters.releaseAll(), Math.max(0, drain.timeoutMs - RELEASE_BEFORE_END));
  await sleep(Math.min(drain.graceMs, drain.timeoutMs));
  const server = app.getHttpServer();
  server.close();
  server.closeIdleConnections();
  const last = Math.max(0, drain.timeoutMs - drain.graceMs - CLOSE_RESERVE);
  await Promise.race([waiters.whenIdle(), sleep(last, undefined, { ref: false })]);
  clearTimeout(release);
  server.closeAllConnections();
  await Promise.all([directory.stop(), admission.stop(), limiter.close()]);
  await app.close();
  await storage.close();
  logger.info('drained');
}

function hostOf(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}
