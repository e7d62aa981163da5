import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from './project-root.js';
import { endsWithin } from './running-process.js';

export interface AppOptions {
  /** `gateway`, `worker`, `admin`. */
  app: string;
  env: Record<string, string | undefined>;
  /** Base of its health checks. */
  url: string;
  /** Gets every line it prints, as printed. */
  onLine: (line: string) => void;
}

/** One process of the built product, as the containers run it. */
export interface AppProcess {
  app: string;
  pid: number;
  url: string;
  /** Why it ended, in words, with the last lines it printed to its error output; never rejects. */
  ended: Promise<string>;
  /** Asks it to drain and waits; `hurry` ends it at once. */
  stop(hurry?: boolean): Promise<void>;
}

const READY_WITHIN = 60_000;
/** DRAIN_TIMEOUT plus a little. */
const STOPPED_WITHIN = 27_000;

/** Spawns one process; it ends by itself when we die, because the channel to us closes. */
export function spawnApp(options: AppOptions): AppProcess {
  const main = join(projectRoot(), 'dist', 'apps', options.app, 'src', 'main.js');
  // Detached: Ctrl-C in the terminal is ours to handle, in order.
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    cwd: projectRoot(),
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const faults: string[] = [];
  createInterface({ input: child.stdout! }).on('line', options.onLine);
  createInterface({ input: child.stderr! }).on('line', (line) => {
    options.onLine(line);
    faults.push(line);
    if (faults.length > 15) faults.shift();
  });
  const ended = endingOf(child, options.app, faults);
  const stop = async (hurry = false) => {
    child.kill(hurry ? 'SIGKILL' : 'SIGTERM');
    if (!(await endsWithin(child.pid!, STOPPED_WITHIN))) child.kill('SIGKILL');
    await ended;
  };
  return { app: options.app, pid: child.pid!, url: options.url, ended, stop };
}

/**
 * Resolves when `/readyz` says 200.
 * @throws Error when the process ends before, or does not get ready within a minute
 */
export async function untilReady(app: AppProcess, signal?: AbortSignal): Promise<void> {
  let ending: string | null = null;
  void app.ended.then((why) => (ending = why));
  let last = 'no answer';
  for (const deadline = Date.now() + READY_WITHIN; Date.now() < deadline;) {
    signal?.throwIfAborted();
    if (ending !== null) throw new Error(ending);
    try {
      const answer = await fetch(`${app.url}/readyz`, { signal: AbortSignal.timeout(3000) });
      const text = await answer.text();
      if (answer.ok) return;
      last = `${answer.status} ${text}`;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The ${app.app} did not get ready within a minute: ${last}`);
}

async function endingOf(child: ChildProcess, app: string, faults: readonly string[]): Promise<string> {
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    // close, not exit: its last words must have been read.
    child.once('close', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  });
  return [`The ${app} ${how}.`, ...faults.map((line) => `  ${line}`)].join('\n');
}
