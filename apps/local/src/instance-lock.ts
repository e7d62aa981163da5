import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startTimeOf } from './running-process.js';

interface Holder {
  pid: number;
  /** Tells a living holder from another process that got its id later. */
  startTime: string | null;
}

/**
 * Makes sure that one launcher at a time uses a data directory. The lock of a launcher that died is taken over.
 * @returns gives the directory back
 * @throws Error naming the process that holds it
 */
export function acquireInstanceLock(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const lock = join(dataDir, 'lock');
  const mine = join(dataDir, `lock.${process.pid}`);
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) } satisfies Holder));
  try {
    // A link appears with its content and fails when the name exists: no moment at which the lock is there but empty.
    while (!linked(mine, lock)) {
      const holder = readHolder(lock);
      if (holder && holds(holder)) throw new Error(takenMessage(dataDir, holder.pid));
      setAside(lock);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (readHolder(lock)?.pid === process.pid) rmSync(lock, { force: true });
  };
}

function takenMessage(dataDir: string, pid: number): string {
  return (
    `Hookmill already runs on ${dataDir} (process ${pid}). ` +
    `Stop it first (Ctrl-C in its terminal, or kill ${pid}), or set HOOKMILL_DATA_DIR and the three ports for a second one.`
  );
}

function holds({ pid, startTime }: Holder): boolean {
  return isAlive(pid) && (startTime === null || startTimeOf(pid) === startTime);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(lock: string): Holder | null {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

/** Of two launchers that find the same stale lock, one renames it and the other finds nothing. */
function setAside(lock: string): void {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  rmSync(aside, { force: true });
}
