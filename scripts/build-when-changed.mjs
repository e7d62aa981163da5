import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { forwardTo, node24, ROOT } from './run-child.mjs';

const SOURCES = ['apps', 'libs', 'bench'];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const STAMP = join(ROOT, 'dist', '.built-from');
const MEMORY = join(ROOT, 'dist', 'tsconfig.build.tsbuildinfo');

/** Compiles into `dist` unless it was compiled from exactly these sources; a second start costs milliseconds. */
export async function buildWhenChanged() {
  const state = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === state) return;
  console.log('Building ...');
  // The compiler remembers what it wrote, not whether somebody deleted it.
  if (!existsSync(join(ROOT, 'dist', 'apps'))) rmSync(MEMORY, { force: true });
  removeLeftovers();
  rmSync(STAMP, { force: true });
  const code = await forwardTo(node24(), ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
  if (code !== 0) throw new Error('The build failed, see above.');
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(STAMP, state);
}

/** Names, sizes and times of all sources: reading them all would take longer than many a start. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = [
    ...SOURCES.flatMap((folder) => filesBelow(join(ROOT, folder))),
    ...SETTINGS.map((file) => join(ROOT, file)),
  ];
  for (const path of files.filter((file) => !file.endsWith('.spec.ts')).sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(ROOT, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Compiled files whose source was deleted or renamed would otherwise still be found by imports. */
function removeLeftovers() {
  for (const folder of SOURCES) {
    for (const path of filesBelow(join(ROOT, 'dist', folder))) {
      const source = join(ROOT, relative(join(ROOT, 'dist'), path)).replace(/\.js(\.map)?$/, '.ts');
      if (/\.js(\.map)?$/.test(path) && !existsSync(source)) rmSync(path);
    }
  }
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
