import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../apps/local/src/listening-ports.js';
import { eventually } from './eventually.js';

/** A data directory and ports for one installation; several launchers may be started on it. */
export interface Installation {
  dataDir: string;
  env: Record<string, string>;
  gatewayUrl: string;
  remove(): void;
}

export interface Launcher {
  pid: number;
  /** Everything printed so far. */
  output(): string;
  /** The exit code, or the name of the signal. */
  ended: Promise<number | string>;
  /** Until everything runs. @throws Error with the output when it ends instead */
  ready(): Promise<void>;
  /** Process ids of the gateway, worker and admin. */
  apps(): number[];
}

export async function createInstallation(): Promise<Installation> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmill-launcher-'));
  if (process.getuid?.() === 0) chmodSync(dataDir, 0o711);
  const [gateway, admin, worker] = await freePorts(3);
  return {
    dataDir,
    env: {
      PATH: process.env['PATH']!,
      HOOKMILL_DATA_DIR: dataDir,
      GATEWAY_PORT: String(gateway),
      ADMIN_PORT: String(admin),
      WORKER_PORT: String(worker),
    },
    gatewayUrl: `http://localhost:${gateway}`,
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** What `npm start` runs once everything is installed and built. */
export function launch({ env }: Installation): Launcher {
  const child = spawn(process.execPath, ['dist/apps/local/src/main.js', 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += String(bytes)));
  let ending: number | string | null = null;
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve((ending = signal ?? code ?? 1)));
  });
  return {
    pid: child.pid!,
    output: () => output,
    ended,
    ready: async () => {
      await eventually(
        () => output,
        (text) => text.includes('Hookmill runs.') || ending !== null,
        60_000,
      );
      if (ending !== null) throw new Error(output);
    },
    apps: () => childrenOf(child.pid!).filter((pid) => /dist\/apps\/(gateway|worker|admin)\//.test(commandLine(pid))),
  };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}
