import type { AppProcess } from '../../apps/local/src/app-process.js';
import type { Hookmill } from '../support/start-hookmill.js';

/** One of the installation's processes, under the same port whenever it is there. */
export interface BreakableApp {
  name: string;
  url: string;
  kill(): Promise<void>;
  /** SIGTERM, and waits until it drained. */
  terminate(): Promise<void>;
  pause(): void;
  resume(): void;
  /** After `kill` or `terminate`; resolves when it is ready. */
  start(): Promise<void>;
}

/**
 * @param onDefect gets a sentence when it ends although nobody asked it to (it is then started again, as an orchestrator
 *   would), or does not drain as it should
 */
export function breakableApp(
  hookmill: Pick<Hookmill, 'start'>,
  name: string,
  process: AppProcess,
  onDefect: (what: string) => void,
): BreakableApp {
  let current = process;
  let mayEnd = false;
  const app = current.app as 'gateway' | 'worker' | 'admin';
  const port = Number(new URL(current.url).port);
  const start = async () => {
    mayEnd = false;
    current = await hookmill.start(app, { port });
    watch();
  };
  const watch = () =>
    void current.ended.then(async (how) => {
      if (mayEnd) return;
      onDefect(`ended by itself: ${how}`);
      await start().catch((error: Error) => onDefect(error.message));
    });
  watch();
  return {
    name,
    url: current.url,
    kill: async () => {
      mayEnd = true;
      await current.stop(true);
    },
    terminate: async () => {
      mayEnd = true;
      await current.stop();
      const how = await current.ended;
      if (!how.includes('ended with exit code 0')) onDefect(`after SIGTERM: ${how}`);
    },
    pause: () => signal(current.pid, 'SIGSTOP'),
    resume: () => signal(current.pid, 'SIGCONT'),
    start,
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  process.kill(pid, name);
}
