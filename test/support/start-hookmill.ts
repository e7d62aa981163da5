import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '#shared';
import { createTestDatabase } from '#storage/testing';
import { spawnApp, untilReady } from '../../apps/local/src/app-process.js';
import type { AppProcess } from '../../apps/local/src/app-process.js';
import { lastingPorts } from './lasting-ports.js';
import { runMigrations } from '../../apps/local/src/run-migrations.js';

export interface HookmillOptions {
  /** True: the Redis of the test services; a URL: that one; false: queue and replies on Postgres. */
  redis: boolean | string;
  gateways?: number;
  workers?: number;
  /** More variables for every process. */
  env?: Record<string, string>;
  /** An empty database to use; without it, a fresh one on the test services' server. */
  databaseUrl?: string;
}

/** How one process differs from the others of its kind. */
export interface StartOptions {
  /** That one instead of any that is free, for a process that returns. */
  port?: number;
  /** More variables. */
  env?: Record<string, string>;
  /** Gets the process before it is ready. */
  onSpawn?: (spawned: AppProcess) => void;
}

export interface Hookmill {
  gatewayUrls: string[];
  adminUrl: string;
  adminKey: string;
  databaseUrl: string;
  processes: { gateways: AppProcess[]; workers: AppProcess[]; admin: AppProcess };
  /** Calls the management API, path without `/api/v1`. */
  api(method: string, path: string, body?: Json): Promise<{ status: number; body: Record<string, Json> }>;
  /** Stores a document and waits until every gateway answers its URL. */
  apply(document: Record<string, Json>): Promise<void>;
  /** One more process, ready; it is stopped with the others. */
  start(app: 'gateway' | 'worker' | 'admin', options?: StartOptions): Promise<AppProcess>;
  /** The last lines that the processes printed, for failures. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * The built product (`npm run build`) as separate processes, with a database and queue names of its own.
 * @throws Error with what the processes printed when they do not get ready
 */
export async function startHookmill(options: HookmillOptions): Promise<Hookmill> {
  const { databaseUrl } = options;
  const database = databaseUrl ? { url: databaseUrl, drop: async () => undefined } : await createTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmill-e2e-'));
  const lines: string[] = [];
  const onLine = (line: string) => void (lines.push(line) > 500 && lines.shift());
  const env = environment(options, database.url, dataDir);
  const started: AppProcess[] = [];
  const stop = async () => {
    await Promise.all([...started].map((app) => app.stop()));
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await runMigrations(env, { say: () => undefined, show: (_app, line) => onLine(line) });
    const processes = await spawnAll(options, env, started, onLine);
    await Promise.all(started.map((app) => untilReady(app)));
    const gatewayUrls = processes.gateways.map((app) => app.url);
    const api = apiCaller(processes.admin.url, env['HOOKMILL_ADMIN_KEY']!);
    return {
      gatewayUrls,
      adminUrl: processes.admin.url,
      adminKey: env['HOOKMILL_ADMIN_KEY']!,
      databaseUrl: database.url,
      processes,
      api,
      start: async (app, { port, env: more, onSpawn } = {}) => {
        const at = port ?? (await lastingPorts(1))[0]!;
        const process = spawnOn(app, at, { env: { ...env, ...more }, started, onLine });
        onSpawn?.(process);
        await untilReady(process);
        return process;
      },
      apply: (document) => applyDocument(document, api),
      log: () => lines.join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${lines.slice(-30).join('\n')}`, { cause: error });
  }
}

function environment(options: HookmillOptions, databaseUrl: string, dataDir: string): Record<string, string> {
  const redisUrl = options.redis === true ? process.env['TEST_REDIS_URL']! : options.redis;
  return {
    PATH: process.env['PATH']!,
    DATABASE_URL: databaseUrl,
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    QUEUE_PREFIX: `e2e_${randomBytes(6).toString('hex')}`,
    HOOKMILL_DATA_DIR: dataDir,
    HOOKMILL_MASTER_KEY: randomBytes(32).toString('base64'),
    HOOKMILL_ADMIN_KEY: `hm_${randomBytes(24).toString('base64url')}`,
    LISTEN_ADDRESS: '127.0.0.1',
    DRAIN_GRACE: '0s',
    ...options.env,
  };
}

async function spawnAll(
  { gateways = 1, workers = 1 }: HookmillOptions,
  env: Record<string, string>,
  started: AppProcess[],
  onLine: (line: string) => void,
) {
  const ports = await lastingPorts(gateways + workers + 1);
  const spawnNext = (app: string) => spawnOn(app, ports.pop()!, { env, started, onLine });
  return {
    workers: Array.from({ length: workers }, () => spawnNext('worker')),
    gateways: Array.from({ length: gateways }, () => spawnNext('gateway')),
    admin: spawnNext('admin'),
  };
}

function spawnOn(
  app: string,
  port: number,
  { env, started, onLine }: { env: Record<string, string>; started: AppProcess[]; onLine: (line: string) => void },
): AppProcess {
  const listening = { ...env, [`${app.toUpperCase()}_PORT`]: String(port) };
  const spawned = spawnApp({ app, env: listening, url: `http://127.0.0.1:${port}`, onLine });
  started.push(spawned);
  void spawned.ended.then(() => started.splice(started.indexOf(spawned), 1));
  return spawned;
}

function apiCaller(adminUrl: string, key: string): Hookmill['api'] {
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
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, Json> };
  };
}

/** A new version answers within one second on every gateway (contract, part 3). */
const VISIBLE_WITHIN_MS = 1000;

async function applyDocument(document: Record<string, Json>, api: Hookmill['api']): Promise<void> {
  const { status, body } = await api('PUT', `/workflows/${String(document['key'])}`, document);
  if (status >= 300) throw new Error(`The document was refused with ${status}: ${JSON.stringify(body)}`);
  await new Promise((resolve) => setTimeout(resolve, VISIBLE_WITHIN_MS));
}
