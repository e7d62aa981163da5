import { createShutdown } from './shutdown.js';
import type { Shutdown } from './shutdown.js';

/** The terminal sends Ctrl-C to all of us, and npm and the script above pass it on: those copies are one request. */
const SAME_REQUEST_MS = 1000;

/**
 * Runs a command until it returns, fails, or is asked to stop (signal, or the death of the process above us), then ends
 * whatever it started. A second Ctrl-C hurries.
 * @returns the exit code; stopping on request is no failure
 */
export async function untilStopped(command: (shutdown: Shutdown) => Promise<number>): Promise<number> {
  const report = (error: unknown) => console.error(error instanceof Error ? error.message : error);
  const shutdown = createShutdown(report);
  let askedAt: number | null = null;
  const ask = () => {
    const again = askedAt !== null && Date.now() - askedAt > SAME_REQUEST_MS;
    if (askedAt !== null && !again) return;
    console.log(again ? 'Stopping at once ...' : '\nStopping (Ctrl-C again hurries) ...');
    askedAt ??= Date.now();
    void shutdown.stop(again);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  process.on('disconnect', ask);
  let code = 1;
  try {
    code = await command(shutdown);
  } catch (error) {
    if (askedAt === null) report(error);
    else code = 0;
  }
  await shutdown.stop();
  if (askedAt !== null) console.log('Stopped.');
  return code;
}
