import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface InstanceKeys {
  /** 32 bytes, base64. */
  master: string;
  admin: string;
  /** The admin key was made just now and is to be printed, once. */
  adminIsNew: boolean;
}

/**
 * The keys of the embedded default: what the environment says, else what an earlier start kept, else new ones, kept in
 * `master-key` and `admin-key` (mode 600).
 * @throws Error when there is a database but its master key is gone: a new one would make every secret unreadable
 */
export function instanceKeys(dataDir: string, env: Record<string, string | undefined>): InstanceKeys {
  const used = ['postgres/data', 'postgres-location'].some((path) => existsSync(join(dataDir, path)));
  const master = keptKey(join(dataDir, 'master-key'), env['HOOKMILL_MASTER_KEY'], () => {
    if (used)
      throw new Error(
        `${join(dataDir, 'master-key')} is missing, and without it the secrets in the database cannot be read. ` +
          'Put it back or set HOOKMILL_MASTER_KEY; to start over, set HOOKMILL_DATA_DIR to a new directory.',
      );
    return randomBytes(32).toString('base64');
  });
  const admin = keptKey(
    join(dataDir, 'admin-key'),
    env['HOOKMILL_ADMIN_KEY'],
    () => `hm_${randomBytes(32).toString('base64url')}`,
  );
  return { master: master.key, admin: admin.key, adminIsNew: admin.isNew };
}

function keptKey(path: string, given: string | undefined, make: () => string): { key: string; isNew: boolean } {
  if (given) return { key: given, isNew: false };
  if (existsSync(path)) return { key: readFileSync(path, 'utf8').trim(), isNew: false };
  const key = make();
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return { key, isNew: true };
}
