import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running Postgres says about itself in `<data>/postmaster.pid`. */
export interface Postmaster {
  pid: number;
  port: number;
  /** Postgres writes `ready` once it takes connections; pg_ctl waits for the same word. */
  ready: boolean;
}

/** Null when there is no such file or it is not complete yet. Line order: PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*. */
export function readPostmaster(data: string): Postmaster | null {
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Puts our own pid into a file whose process id now belongs to some other program. Postgres takes its parent's pid for
 * a leftover and goes on, but still checks the shared memory named in the file, which deleting the file would prevent.
 */
export function takeOverPostmasterFile(data: string): void {
  const path = join(data, 'postmaster.pid');
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[0] = String(process.pid);
  writeFileSync(path, lines.join('\n'));
}
