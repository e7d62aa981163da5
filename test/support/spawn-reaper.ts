import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Ends processes and removes directories when this process ends, also by SIGKILL. */
export interface Reaper {
  /** `signal` first, SIGKILL ten seconds later. */
  endProcess(pid: number, signal: NodeJS.Signals): void;
  /** To be called when it ended, before its id belongs to somebody else. */
  forgetProcess(pid: number): void;
  removeDirectory(directory: string): void;
  /** Does it all now. */
  reap(): Promise<void>;
}

export function spawnReaper(): Reaper {
  const script = fileURLToPath(new URL('./reaper.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  const tell = (entry: object) => void child.stdin.write(`${JSON.stringify(entry)}\n`);
  return {
    endProcess: (pid, signal) => tell({ pid, signal }),
    forgetProcess: (pid) => tell({ forget: pid }),
    removeDirectory: (directory) => tell({ directory }),
    reap: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.ref();
        child.stdin.end();
      }),
  };
}
