import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forwardTo, node24, ROOT } from './run-child.mjs';

/**
 * Runs `npm ci` unless what is installed is what package-lock.json says. npm writes `node_modules/.package-lock.json`
 * when an installation is complete, so an interrupted or partial one (--omit=dev) is noticed too.
 */
export async function installWhenChanged() {
  if (isInstalled()) return;
  console.log('Installing packages (npm ci), about half a minute ...');
  const npm = process.env.npm_execpath;
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // NODE_ENV=production would leave the compiler out. Engine warnings concern npm's own Node, not ours.
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await forwardTo(program, [...first, 'ci', ...flags]);
  if (code !== 0) throw new Error(`npm ci failed (exit ${code}), see above. Is the package registry reachable?`);
  if (!existsSync(node24()))
    throw new Error('npm ci did not install Node 24 (its install script was skipped): run `npm rebuild node`.');
}

function isInstalled() {
  const marker = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(marker) || !existsSync(node24())) return false;
  const installed = JSON.parse(readFileSync(marker, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || !suitsThisMachine(entry) || sameRelease(installed[path], entry),
  );
}

/** npm leaves out optional packages for other machines, and those whose installation failed. */
function suitsThisMachine({ os, cpu, libc, optional }) {
  if (optional) return Boolean(os?.includes(process.platform) && cpu?.includes(process.arch) && !libc);
  return true;
}

function sameRelease(found, wanted) {
  return found?.version === wanted.version && found?.integrity === wanted.integrity;
}
