import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresBinaries } from './locate-binaries.js';
import { canEnter, serviceUserFor } from './service-user.js';
import type { ServiceUser } from './service-user.js';

/** Where one embedded database lives. */
export interface DatabasePlace {
  /** Directory with `bin`, `lib` and `share` that the service user can run. */
  binaries: string;
  /** Holds `data` (the service user's) and `password` (ours). */
  home: string;
  user: ServiceUser | undefined;
}

/** Reachable for every user on Linux; used only by root, when its own place is not. */
const REACHABLE_ROOT = '/var/lib/hookmill';

/**
 * Decides where binaries and data lie. Root cannot run Postgres itself, and its home is often closed to everybody else;
 * then the binaries are copied to, and the data kept in, /var/lib/hookmill; `<dataDir>/postgres-location` remembers it.
 * @param dataDir absolute; created when absent
 * @param say gets one line whenever something lies elsewhere than expected
 */
export function placeDatabase(
  dataDir: string,
  source: PostgresBinaries,
  say: (line: string) => void,
  reachableRoot: string = REACHABLE_ROOT,
): DatabasePlace {
  mkdirSync(dataDir, { recursive: true });
  const home = chooseHome(dataDir, say, reachableRoot);
  const user = serviceUserFor(join(home, 'data'));
  return { binaries: chooseBinaries(source, user, say, reachableRoot), home, user };
}

function chooseHome(dataDir: string, say: (line: string) => void, reachableRoot: string): string {
  const marker = join(dataDir, 'postgres-location');
  if (existsSync(marker)) {
    const remembered = readFileSync(marker, 'utf8').trim();
    mkdirSync(remembered, { recursive: true });
    return remembered;
  }
  const inside = join(dataDir, 'postgres');
  mkdirSync(inside, { recursive: true });
  const user = serviceUserFor(join(inside, 'data'));
  if (user) {
    // Others may pass through, nothing more: the keys beside it are readable by their owner only.
    chmodSync(dataDir, 0o711);
    chmodSync(inside, 0o711);
  }
  if (canEnter(inside, user)) return inside;
  const outside = join(reachableRoot, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  mkdirSync(outside, { recursive: true, mode: 0o711 });
  // An umask of 077 would close it again.
  chmodSync(reachableRoot, 0o755);
  chmodSync(outside, 0o711);
  rmSync(inside, { recursive: true, force: true });
  writeFileSync(marker, `${outside}\n`);
  say(
    `Postgres does not run as root and no other user can reach ${dataDir}: the database is kept in ${outside} (noted in ${marker}).`,
  );
  return outside;
}

function chooseBinaries(
  source: PostgresBinaries,
  user: ServiceUser | undefined,
  say: (line: string) => void,
  reachableRoot: string,
): string {
  if (whyNotRunnable(source.root, user) === null) return source.root;
  const copy = join(reachableRoot, `postgres-${source.version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    mkdirSync(reachableRoot, { recursive: true, mode: 0o755 });
    chmodSync(reachableRoot, 0o755);
    cpSync(source.root, unfinished, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', unfinished]);
    try {
      renameSync(unfinished, copy);
    } catch {
      // Another start was quicker; its copy is the same.
      rmSync(unfinished, { recursive: true, force: true });
    }
    say(`The Postgres programs lie where only root can reach them: copied to ${copy}.`);
  }
  const fault = whyNotRunnable(copy, user);
  if (fault === null) return copy;
  throw new Error(`The embedded Postgres does not run here: ${fault}\nSet DATABASE_URL to a Postgres of your own.`);
}

/** Null when it runs; it is tried, because missing libraries, closed directories and noexec mounts look alike. */
function whyNotRunnable(binaries: string, user: ServiceUser | undefined): string | null {
  const tried = spawnSync(join(binaries, 'bin', 'postgres'), ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
  if (tried.status === 0) return null;
  return tried.error?.message ?? tried.stderr.trim();
}
