import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { endsWithin } from '../running-process.js';
import { DATABASE_NAME, DATABASE_USER, initialiseDatabase } from './initialise-database.js';
import { locateBinaries } from './locate-binaries.js';
import { placeDatabase } from './place-database.js';
import type { DatabasePlace } from './place-database.js';
import { readPostmaster } from './postmaster-file.js';
import { stopOrphan } from './stop-orphan.js';

export interface PostgresOptions {
  /** Absolute; the database lies in `postgres` below it, or where `postgres-location` in it says. */
  dataDir: string;
  /** Postgres' own messages are appended here. */
  logFile: string;
  /** Gets one line about anything out of the ordinary. */
  say: (line: string) => void;
  /** More `-c name=value` settings. */
  settings?: Record<string, string>;
}

export interface RunningPostgres {
  /** Superuser connection string, with password. */
  url: string;
  pid: number;
  /** Settles when the server process ends, for whatever reason. */
  ended: Promise<void>;
  /** Waits for the end; `hurry` drops connections without a checkpoint, the next start then recovers from the log. */
  stop(hurry?: boolean): Promise<void>;
}

/**
 * Durability stays on: an answered event must survive a power cut here too. No unix socket and only the loopback
 * address. Connections: each process pools at most 10 and BullMQ holds about as many.
 */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Short statements only: compiling or splitting them costs more than it gains.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  checkpoint_completion_target: '0.9',
  max_wal_size: '1GB',
  log_min_messages: 'warning',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/**
 * Starts the embedded Postgres on a free port of 127.0.0.1: makes the database when there is none, ends a server that a
 * crashed launcher left behind, and resolves once connections are taken.
 * @throws Error with what to do, or with what Postgres printed
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const place = placeDatabase(options.dataDir, locateBinaries(), options.say);
  await stopOrphan(join(place.home, 'data'), options.say);
  const password = initialiseDatabase(place);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = launch(place, port, options);
    const failure = await readiness(child, join(place.home, 'data'), options.logFile);
    if (failure === null) return running(child, port, password);
    // Another program may have taken the port since, and processes of a killed server need a moment to go.
    if (attempt === 8 || !/could not bind|shared memory block/.test(failure))
      throw new Error(`The embedded Postgres did not start:\n${failure}`);
    await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
  }
}

function launch(place: DatabasePlace, port: number, options: PostgresOptions): ChildProcess {
  const settings = { ...SETTINGS, ...options.settings, port: String(port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(options.logFile, 'a', 0o600);
  // Detached: Ctrl-C in the terminal must not reach it before the apps have drained.
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

/** Null once connections are taken, else the last lines of the log. */
async function readiness(child: ChildProcess, data: string, logFile: string): Promise<string | null> {
  let spawnFault = '';
  child.once('error', (error) => (spawnFault = error.message));
  // Recovery after a crash replays the log and may take a while.
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline && spawnFault === '' && child.exitCode === null && child.signalCode === null) {
    const postmaster = readPostmaster(data);
    if (postmaster?.ready && postmaster.pid === child.pid) return null;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGQUIT');
  return spawnFault || readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
}

function running(child: ChildProcess, port: number, password: string): RunningPostgres {
  const pid = child.pid!;
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('exit', () => resolve());
  });
  const stop = async (hurry = false) => {
    // PostgreSQL manual 18.5: INT = fast shutdown (disconnects clients), QUIT = immediate.
    child.kill(hurry ? 'SIGQUIT' : 'SIGINT');
    if (await endsWithin(pid, 20_000)) return;
    child.kill('SIGQUIT');
    await ended;
  };
  return { url: `postgresql://${DATABASE_USER}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`, pid, ended, stop };
}

/** A port nobody listens on right now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
