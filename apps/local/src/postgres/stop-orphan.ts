import { existsSync, realpathSync } from 'node:fs';
import { commandOf, endsWithin, isAlive } from '../running-process.js';
import { readPostmaster, takeOverPostmasterFile } from './postmaster-file.js';

/**
 * Ends a Postgres that outlived its launcher (it was killed, so nobody stopped the database), and gets a leftover
 * postmaster.pid out of the way. Call only while holding the instance lock: whoever holds that owns the database.
 */
export async function stopOrphan(data: string, say: (line: string) => void): Promise<void> {
  if (!existsSync(data)) return;
  const found = readPostmaster(data);
  if (!found || !isAlive(found.pid)) return;
  if (!isPostgresOf(found.pid, data)) {
    takeOverPostmasterFile(data);
    return;
  }
  say(`A database of an earlier start that was killed still runs (pid ${found.pid}): stopping it first.`);
  process.kill(found.pid, 'SIGINT');
  if (await endsWithin(found.pid, 20_000)) return;
  process.kill(found.pid, 'SIGQUIT');
  if (!(await endsWithin(found.pid, 10_000)))
    throw new Error(
      `The database with pid ${found.pid} on ${data} does not stop. End it by hand: kill -QUIT ${found.pid}`,
    );
}

function isPostgresOf(pid: number, data: string): boolean {
  const command = commandOf(pid);
  return command.includes('postgres') && (command.includes(data) || command.includes(realpathSync(data)));
}
