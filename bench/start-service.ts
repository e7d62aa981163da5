import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppProcess } from '../apps/local/src/app-process.js';
import { projectRoot } from '../apps/local/src/project-root.js';
import { endsWithin } from '../apps/local/src/running-process.js';

export interface ServiceOptions {
  /** `gateway`, `worker`, `admin`. */
  app: string;
  env: Record<string, string | undefined>;
  /** Base of its health checks. */
  url: string;
  /** Its log goes straight into this file: lines read by us would cost us processor time. */
  logFile: string;
}

/** DRAIN_TIMEOUT plus a little. */
const STOPPED_WITHIN = 27_000;
const LAST_LINES = 15;

/** Spawns one process of the built product with its log in a file; it ends by itself when we die. */
export function startService({ app, env, url, logFile }: ServiceOptions): AppProcess {
  const main = join(projectRoot(), 'dist', 'apps', app, 'src', 'main.js');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    cwd: projectRoot(),
    env,
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`The ${app} could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`The ${app} ended (${signal ?? code}).\n${lastLines(logFile)}`));
  });
  const stop = async (hurry = false) => {
    child.kill(hurry ? 'SIGKILL' : 'SIGTERM');
    if (!(await endsWithin(child.pid!, STOPPED_WITHIN))) child.kill('SIGKILL');
    await ended;
  };
  return { app, pid: child.pid!, url, ended, stop };
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-LAST_LINES).join('\n');
}
