import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** The Node that package.json pins; the one on the PATH may be older. */
export function node24() {
  return join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Runs a program in the repository with our terminal and passes signals on to it.
 * @param {string} program
 * @param {string[]} args
 * @param {{ channel?: boolean, env?: Record<string, string> }} [options] channel: the child notices when we die
 * @returns {Promise<number>} its exit code; 128 + the signal's number when a signal ended it, as shells have it
 */
export function forwardTo(program, args, { channel = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['inherit', 'inherit', 'inherit', ...(channel ? ['ipc'] : [])],
      env: { ...process.env, ...env },
    });
    const forward = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      for (const name of SIGNALS) process.off(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
