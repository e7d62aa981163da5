import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { untilReady } from '../apps/local/src/app-process.js';
import { freePorts } from '../apps/local/src/listening-ports.js';
import { startPostgres } from '../apps/local/src/postgres/start-postgres.js';
import { projectRoot } from '../apps/local/src/project-root.js';
import { runMigrations } from '../apps/local/src/run-migrations.js';
import type { Shutdown } from '../apps/local/src/shutdown.js';
import { createApiCaller } from './api-caller.js';
import type { ApiCaller } from './api-caller.js';
import type { Queue } from './scenarios.js';
import { startService } from './start-service.js';

export interface Stack {
  gatewayUrl: string;
  api: ApiCaller;
  databaseUrl: string;
  /** Null when the queue is on Postgres. */
  redisUrl: string | null;
  /** What is measured, by name: gateway, worker, postgres and, when there is one, redis. Not the admin. */
  pids: Record<string, number>;
}

interface TestRedis {
  startRedis(options: {
    directory: string;
    say: (line: string) => void;
    settings?: Record<string, string>;
  }): Promise<{ url: string; pid: number }>;
}

/**
 * A Postgres of its own on disk with fsync, a Redis when asked for, one gateway, one worker, one admin.
 * @param chunkSize null = the product's default
 */
export async function startStack(queue: Queue, chunkSize: number | null, shutdown: Shutdown): Promise<Stack> {
  const directory = mkdtempSync(join(tmpdir(), 'hookmill-bench-'));
  shutdown.add(() => rmSync(directory, { recursive: true, force: true }));
  if (process.getuid?.() === 0) chmodSync(directory, 0o711);
  const say = (line: string) => console.error(line);
  const database = await startPostgres({ dataDir: directory, logFile: join(directory, 'postgres.log'), say });
  shutdown.add((hurry) => database.stop(hurry));
  const redis = queue === 'redis' ? await startRedis(directory, say, shutdown) : null;
  const [gateway, admin, worker] = (await freePorts(3)) as [number, number, number];
  const ports = { worker, gateway, admin };
  const adminKey = `hm_${randomBytes(24).toString('base64url')}`;
  const env = {
    ...environment({ ports, directory, chunkSize }),
    DATABASE_URL: database.url,
    HOOKMILL_ADMIN_KEY: adminKey,
    ...(redis ? { REDIS_URL: redis.url } : {}),
  };
  await runMigrations(env, { say: () => undefined, show: () => undefined });
  const apps = Object.entries(ports).map(([app, port]) => {
    const started = startService({
      app,
      env,
      url: `http://127.0.0.1:${port}`,
      logFile: join(directory, `${app}.log`),
    });
    shutdown.add((hurry) => started.stop(hurry));
    return started;
  });
  await Promise.all(apps.map((app) => untilReady(app, shutdown.signal)));
  const pidOf = (name: string) => apps.find(({ app }) => app === name)!.pid;
  return {
    gatewayUrl: `http://127.0.0.1:${gateway}`,
    api: createApiCaller(`http://127.0.0.1:${admin}`, adminKey),
    databaseUrl: database.url,
    redisUrl: redis?.url ?? null,
    pids: {
      gateway: pidOf('gateway'),
      worker: pidOf('worker'),
      postgres: database.pid,
      ...(redis ? { redis: redis.pid } : {}),
    },
  };
}

/** Everything that is not said here is the product's default, the log level too. */
function environment(options: {
  ports: { worker: number; gateway: number; admin: number };
  directory: string;
  chunkSize: number | null;
}): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    HOOKMILL_DATA_DIR: options.directory,
    HOOKMILL_MASTER_KEY: randomBytes(32).toString('base64'),
    LISTEN_ADDRESS: '127.0.0.1',
    GATEWAY_PORT: String(options.ports.gateway),
    ADMIN_PORT: String(options.ports.admin),
    WORKER_PORT: String(options.ports.worker),
    DRAIN_GRACE: '0s',
    // A run must measure the pipeline, not the gate that protects it.
    BACKLOG_HIGH_WATER: '10000000',
    HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
    ...(options.chunkSize === null ? {} : { CHUNK_SIZE: String(options.chunkSize) }),
  };
}

async function startRedis(directory: string, say: (line: string) => void, shutdown: Shutdown) {
  // Plain JavaScript that is not compiled, so it is found from the repository and not from here.
  const file = pathToFileURL(join(projectRoot(), 'test', 'support', 'start-redis.mjs'));
  const support = (await import(file.href)) as TestRedis;
  const home = join(directory, 'redis');
  mkdirSync(home);
  const settings = { appendonly: 'yes', appendfsync: 'everysec' };
  const redis = await support.startRedis({ directory: home, say, settings });
  shutdown.add(() => void process.kill(redis.pid));
  return redis;
}
