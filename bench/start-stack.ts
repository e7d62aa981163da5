import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Json } from '#shared';
import { spawnApp, untilReady } from '../apps/local/src/app-process.js';
import type { AppProcess } from '../apps/local/src/app-process.js';
import { freePorts } from '../apps/local/src/listening-ports.js';
import { startPostgres } from '../apps/local/src/postgres/start-postgres.js';
import { projectRoot } from '../apps/local/src/project-root.js';
import { runMigrations } from '../apps/local/src/run-migrations.js';
import type { Shutdown } from '../apps/local/src/shutdown.js';

export type Queue = 'redis' | 'postgres';

export interface Stack {
  gatewayUrl: string;
  /** Calls the management API, path without `/api/v1`. @throws Error on a status of 400 and above */
  api(method: string, path: string, body?: Json): Promise<Record<string, Json>>;
}

interface TestRedis {
  startRedis(options: {
    directory: string;
    say: (line: string) => void;
    settings?: Record<string, string>;
  }): Promise<{ url: string; pid: number }>;
}

/** A Postgres of its own on disk with fsync, a Redis when asked for, one gateway, one worker, one admin. */
export async function startStack(queue: Queue, shutdown: Shutdown): Promise<Stack> {
  const directory = mkdtempSync(join(tmpdir(), 'hookmill-bench-'));
  shutdown.add(() => rmSync(directory, { recursive: true, force: true }));
  if (process.getuid?.() === 0) chmodSync(directory, 0o711);
  const say = (line: string) => console.log(line);
  const database = await startPostgres({ dataDir: directory, logFile: join(directory, 'postgres.log'), say });
  shutdown.add((hurry) => database.stop(hurry));
  const redisUrl = queue === 'redis' ? await startRedis(directory, say, shutdown) : null;
  const [gateway, admin, worker] = (await freePorts(3)) as [number, number, number];
  const adminKey = `hm_${randomBytes(24).toString('base64url')}`;
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: database.url,
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    HOOKMILL_DATA_DIR: directory,
    HOOKMILL_MASTER_KEY: randomBytes(32).toString('base64'),
    HOOKMILL_ADMIN_KEY: adminKey,
    LISTEN_ADDRESS: '127.0.0.1',
    GATEWAY_PORT: String(gateway),
    ADMIN_PORT: String(admin),
    WORKER_PORT: String(worker),
    DRAIN_GRACE: '0s',
    // A run must measure the pipeline, not the gate that protects it.
    BACKLOG_HIGH_WATER: '10000000',
  };
  await runMigrations(env, { say: () => undefined, show: () => undefined });
  const ports = { worker, gateway, admin };
  const apps = Object.entries(ports).map(([app, port]) => start(app, port, env, shutdown));
  await Promise.all(apps.map((app) => untilReady(app, shutdown.signal)));
  return { gatewayUrl: `http://127.0.0.1:${gateway}`, api: apiCaller(`http://127.0.0.1:${admin}`, adminKey) };
}

function start(app: string, port: number, env: Record<string, string | undefined>, shutdown: Shutdown): AppProcess {
  const started = spawnApp({ app, env, url: `http://127.0.0.1:${port}`, onLine: () => undefined });
  shutdown.add((hurry) => started.stop(hurry));
  return started;
}

async function startRedis(directory: string, say: (line: string) => void, shutdown: Shutdown): Promise<string> {
  // Plain JavaScript that is not compiled, so it is found from the repository and not from here.
  const file = pathToFileURL(join(projectRoot(), 'test', 'support', 'start-redis.mjs'));
  const support = (await import(file.href)) as TestRedis;
  const home = join(directory, 'redis');
  mkdirSync(home);
  const settings = { appendonly: 'yes', appendfsync: 'everysec' };
  const redis = await support.startRedis({ directory: home, say, settings });
  shutdown.add(() => void process.kill(redis.pid));
  return redis.url;
}

function apiCaller(adminUrl: string, key: string): Stack['api'] {
  return async (method, path, body) => {
    const answer = await fetch(`${adminUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, Json>;
  };
}
