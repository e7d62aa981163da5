import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { node24, ROOT } from './run-child.mjs';

/** NODE_ENV=production would leave the compiler out. Engine warnings concern npm's own Node, not ours. */
const FLAGS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * Installs unless what is installed is what package-lock.json says. npm writes `node_modules/.package-lock.json` when an
 * installation is complete, so an interrupted or partial one (--omit=dev) is noticed too.
 */
export async function installWhenChanged() {
  if (isInstalled()) return;
  console.log('Installing packages (npm ci), up to a minute ...');
  const strict = npm(['ci', ...FLAGS]);
  if (strict.status !== 0)
    throw new Error(`${strict.stderr}\nnpm ci failed, see above. Is the package registry reachable?`);
  if (!existsSync(node24()))
    throw new Error('npm did not install Node 24 (its install script was skipped): run `npm rebuild node`.');
}

function npm(args) {
  const path = process.env.npm_execpath;
  const [program, first] = path?.endsWith('.js') ? [process.execPath, [path]] : ['npm', []];
  const run = spawnSync(program, [...first, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  return { status: run.status, stderr: run.stderr ?? run.error?.message ?? '' };
}

function isInstalled() {
  const marker = join('node_modules', '.package-lock.json');
  if (!existsSync(join(ROOT, marker)) || !existsSync(node24())) return false;
  const installed = readJson(marker).packages;
  return Object.entries(readJson('package-lock.json').packages).every(
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

function readJson(file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}
