import { localSettings } from './local-settings.js';
import type { Shutdown } from './shutdown.js';
import { startLocal } from './start-local.js';
import { welcome } from './welcome.js';

/** `npm start`. @returns 0 when it was asked to stop, 1 when one of the processes ended by itself */
export async function runStart(shutdown: Shutdown): Promise<number> {
  const settings = localSettings(process.env);
  const say = (line: string) => console.log(line);
  const show = (app: string, line: string) => console.log(`${app.padEnd(8)}| ${line}`);
  const instance = await startLocal(settings, shutdown, { say, show });
  console.log(welcome(instance, settings.dataDir, !process.env['HOOKMILL_ADMIN_KEY']));
  const stopped = new Promise<null>((resolve) => {
    if (shutdown.signal.aborted) resolve(null);
    shutdown.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const why = await Promise.race([instance.broken, stopped]);
  if (why === null) return 0;
  console.error(`${why}\nStopping everything else.`);
  return 1;
}
