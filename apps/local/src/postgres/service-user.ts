import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

/** Whom Postgres runs as; undefined = whoever started us. */
export interface ServiceUser {
  uid: number;
  gid: number;
}

/** `nobody`: exists everywhere by number, owns nothing, so no user has to be created. */
const NOBODY: ServiceUser = { uid: 65_534, gid: 65_534 };

/**
 * Postgres refuses to run as root. Root therefore runs it as the owner of an existing data directory, else as nobody.
 * @param dataDir may not exist yet
 */
export function serviceUserFor(dataDir: string): ServiceUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (!existsSync(dataDir)) return NOBODY;
  const { uid, gid } = statSync(dataDir);
  return uid === 0 ? NOBODY : { uid, gid };
}

/** True when `user` may enter the directory, which a root-only (0700) ancestor prevents. */
export function canEnter(directory: string, user: ServiceUser | undefined): boolean {
  if (!user) return true;
  // Asking the kernel also covers ACLs and mounts, which reading mode bits would not.
  const probe = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...user, cwd: '/', stdio: 'ignore' });
  return probe.status === 0;
}
