import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastingPorts } from '../support/lasting-ports.js';
import { spawnReaper } from '../support/spawn-reaper.js';
import type { Reaper } from '../support/spawn-reaper.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill, HookmillOptions } from '../support/start-hookmill.js';
import { startKillablePostgres } from '../support/start-killable-postgres.js';
import type { KillablePostgres } from '../support/start-killable-postgres.js';
import { startRedis } from '../support/start-redis.mjs';
import { breakableApp } from './breakable-app.js';
import type { BreakableApp } from './breakable-app.js';

/** A Redis without persistence: it comes back empty. Its port stays the same. */
export interface BreakableRedis {
  url: string;
  kill(): void;
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** The built product with a Postgres and a Redis of its own, every part of which can be taken away. */
export interface BreakableHookmill {
  hookmill: Hookmill;
  postgres: KillablePostgres;
  redis: BreakableRedis;
  gateways: BreakableApp[];
  workers: BreakableApp[];
  admin: BreakableApp;
  /** What a process did wrong, as sentences: it ended by itself, or did not drain. */
  defects: string[];
  stop(): Promise<void>;
}

export type BreakableOptions = Pick<HookmillOptions, 'gateways' | 'workers' | 'env'>;

/** @throws Error with what the processes printed when they do not get ready */
export async function startBreakableHookmill(options: BreakableOptions): Promise<BreakableHookmill> {
  const directory = mkdtempSync(join(tmpdir(), 'hookmill-faults-'));
  const reaper = spawnReaper();
  reaper.removeDirectory(directory);
  try {
    const postgres = await startKillablePostgres({ directory, reaper });
    const redis = await startBreakableRedis(directory, reaper);
    const hookmill = await startHookmill({ ...options, redis: redis.url, databaseUrl: postgres.url });
    const defects: string[] = [];
    const breakable = (name: string, process: Hookmill['processes']['admin']) =>
      breakableApp(hookmill, name, process, (what) => defects.push(`${name} ${what}`));
    const { gateways, workers, admin } = hookmill.processes;
    const parts = {
      gateways: gateways.map((process, index) => breakable(`gateway ${index + 1}`, process)),
      workers: workers.map((process, index) => breakable(`worker ${index + 1}`, process)),
      admin: breakable('admin', admin),
    };
    return { hookmill, postgres, redis, ...parts, defects, stop: () => stopAll(hookmill, parts, reaper) };
  } catch (error) {
    await reaper.reap();
    throw error;
  }
}

/** Killed, not asked: what had to be proved was proved before, and the reaper takes the services with their data. */
async function stopAll(
  hookmill: Hookmill,
  { gateways, workers, admin }: Pick<BreakableHookmill, 'gateways' | 'workers' | 'admin'>,
  reaper: Reaper,
): Promise<void> {
  await Promise.all([...gateways, ...workers, admin].map((app) => app.kill()));
  await hookmill.stop();
  await reaper.reap();
}

async function startBreakableRedis(directory: string, reaper: Reaper): Promise<BreakableRedis> {
  const home = join(directory, 'redis');
  mkdirSync(home);
  const port = (await lastingPorts(1))[0]!;
  const launch = async () => {
    const redis = await startRedis({ directory: home, say: () => undefined, port });
    reaper.endProcess(redis.pid, 'SIGKILL');
    return redis;
  };
  let server = await launch();
  const { url } = server;
  return {
    url,
    kill: () => {
      process.kill(server.pid, 'SIGKILL');
      reaper.forgetProcess(server.pid);
    },
    restart: async () => void (server = await launch()),
    pause: () => void process.kill(server.pid, 'SIGSTOP'),
    resume: () => void process.kill(server.pid, 'SIGCONT'),
  };
}
