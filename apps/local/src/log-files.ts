import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROTATE_ABOVE = 10 * 1024 ** 2;

/** Path of a log file; one that grew over 10 MB becomes `<name>.log.1` first. */
export function logFile(dataDir: string, name: string): string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.log`);
  if (existsSync(path) && statSync(path).size > ROTATE_ABOVE) renameSync(path, `${path}.1`);
  return path;
}

/** Appends lines to a log file. */
export function lineAppender(path: string): (line: string) => void {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  // A full disk must not take the launcher down; the terminal still shows everything.
  stream.on('error', () => undefined);
  return (line) => void stream.write(`${line}\n`);
}
