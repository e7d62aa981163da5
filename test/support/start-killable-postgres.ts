import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastingPorts } from './lasting-ports.js';
import { DATABASE_NAME, DATABASE_USER, initialiseDatabase } from '../../apps/local/src/postgres/initialise-database.js';
import { locateBinaries } from '../../apps/local/src/postgres/locate-binaries.js';
import { placeDatabase } from '../../apps/local/src/postgres/place-database.js';
import type { DatabasePlace } from '../../apps/local/src/postgres/place-database.js';
import { readPostmaster } from '../../apps/local/src/postgres/postmaster-file.js';
import type { Reaper } from './spawn-reaper.js';
import { signalTree } from './signal-tree.js';

/** A Postgres with fsync whose death can be arranged. Its port stays the same. */
export interface KillablePostgres {
  /** Superuser, an empty database. */
  url: string;
  /** SIGKILL to the postmaster and all its processes: a power cut without the loss of what the kernel holds. */
  kill(): Promise<void>;
  /** After `kill`; resolves when it takes connections again, recovery done. */
  restart(): Promise<void>;
  /** SIGSTOP to all its processes: connections stay open and silent. */
  pause(): void;
  resume(): void;
}

/** @param options directory: empty, removed by the caller, who also stops the server through `reaper` */
export async function startKillablePostgres(options: { directory: string; reaper: Reaper }): Promise<KillablePostgres> {
  const { directory, reaper } = options;
  // Root's Postgres runs as another user, who has to get there.
  if (process.getuid?.() === 0) chmodSync(directory, 0o711);
  const dataDir = join(directory, 'database');
  mkdirSync(dataDir);
  const place = placeDatabase(dataDir, locateBinaries(), () => undefined);
  const password = initialiseDatabase(place);
  const port = (await lastingPorts(1))[0]!;
  const logFile = join(directory, 'postgres.log');
  const launch = async () => {
    const child = await launchUntilReady(place, port, logFile);
    reaper.endProcess(child.pid!, 'SIGQUIT');
    return child;
  };
  let server = await launch();
  return {
    url: `postgresql://${DATABASE_USER}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`,
    kill: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      signalTree(server.pid!, 'SIGKILL');
      await gone;
      reaper.forgetProcess(server.pid!);
    },
    restart: async () => void (server = await launch()),
    pause: () => signalTree(server.pid!, 'SIGSTOP'),
    resume: () => signalTree(server.pid!, 'SIGCONT'),
  };
}

/** Processes of a killed server need a moment to let go of its shared memory and port: tried again meanwhile. */
async function launchUntilReady(place: DatabasePlace, port: number, logFile: string): Promise<ChildProcess> {
  for (const deadline = Date.now() + 60_000; ;) {
    const child = launchOnce(place, port, logFile);
    if (await readiness(child, join(place.home, 'data'), deadline)) return child;
    if (Date.now() > deadline)
      throw new Error(`Postgres did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function readiness(child: ChildProcess, data: string, deadline: number): Promise<boolean> {
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const postmaster = readPostmaster(data);
    if (postmaster?.ready && postmaster.pid === child.pid) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGQUIT');
  return false;
}

function launchOnce(place: DatabasePlace, port: number, logFile: string): ChildProcess {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    timezone: 'UTC',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(join(place.binaries, 'bin', 'postgres'), ['-D', join(place.home, 'data'), ...flags], {
    ...place.user,
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  return child;
}
