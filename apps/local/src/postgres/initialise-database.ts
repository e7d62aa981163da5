import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabasePlace } from './place-database.js';

export const DATABASE_NAME = 'hookmill';

/**
 * The contract lets the user of DATABASE_URL create roles. Never named like a schema of ours (QUEUE_PREFIX is one):
 * Postgres looks into the schema named like the user first.
 */
export const DATABASE_USER = 'postgres';

/**
 * Makes the database cluster when there is none; an interrupted attempt is started over.
 * @returns the superuser's password
 * @throws Error with what initdb printed
 */
export function initialiseDatabase(place: DatabasePlace): string {
  const data = join(place.home, 'data');
  const passwordFile = join(place.home, 'password');
  if (existsSync(join(data, 'PG_VERSION'))) {
    refuseOtherRelease(place, data);
    if (!existsSync(passwordFile))
      throw new Error(`${passwordFile} is missing: the database in ${data} cannot be opened.`);
    return readFileSync(passwordFile, 'utf8').trim();
  }
  const unfinished = join(place.home, 'data.unfinished');
  const handedOver = join(place.home, 'password.handed-over');
  const password = randomBytes(24).toString('base64url');
  for (const leftover of [unfinished, handedOver, data]) rmSync(leftover, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(handedOver, password, { mode: 0o600 });
  for (const path of [unfinished, handedOver]) if (place.user) chownSync(path, place.user.uid, place.user.gid);
  try {
    createCluster(place, unfinished, handedOver);
  } finally {
    rmSync(handedOver, { force: true });
  }
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  renameSync(unfinished, data);
  return password;
}

function createCluster(place: DatabasePlace, data: string, passwordFile: string): void {
  const shared = {
    ...place.user,
    cwd: '/',
    encoding: 'utf8' as const,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  };
  const program = (name: string) => join(place.binaries, 'bin', name);
  // The built-in C.UTF-8 collation orders by code point and does not change with the machine's libraries.
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['--auth=scram-sha-256', `--username=${DATABASE_USER}`, `--pwfile=${passwordFile}`];
  const made = spawnSync(program('initdb'), [`--pgdata=${data}`, ...locale, ...access], shared);
  if (made.status !== 0)
    throw new Error(`initdb failed: ${made.error?.message ?? `${made.stderr}${made.stdout}`.trim()}`);
  // There is no createdb among the binaries; single-user mode needs neither a client nor a password.
  const single = ['--single', '-D', data, 'postgres'];
  const created = spawnSync(program('postgres'), single, { ...shared, input: `CREATE DATABASE ${DATABASE_NAME};\n` });
  if (created.status !== 0) throw new Error(`The database could not be created: ${created.stderr.trim()}`);
}

function refuseOtherRelease(place: DatabasePlace, data: string): void {
  const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const printed = spawnSync(join(place.binaries, 'bin', 'postgres'), ['--version'], {
    ...place.user,
    cwd: '/',
    encoding: 'utf8',
  }).stdout;
  const installed = /\d+/.exec(printed)?.[0];
  if (installed !== found)
    throw new Error(
      `The database in ${data} was made by Postgres ${found}, installed is ${installed}. ` +
        'Dump it with the old release first, or set HOOKMILL_DATA_DIR to a new directory.',
    );
}
