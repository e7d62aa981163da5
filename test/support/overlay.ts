import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A folder that shows the sources of this repository (`apps`, `libs`) with these files added to them, as if they lay
 * there; nothing in the repository changes. Below `.tmp/`, so that packages and `#names` resolve as they do for the sources.
 *
 * @param files contents by path from the root of the repository
 * @returns the folder, for the caller to remove
 */
export function overlay(files: ReadonlyMap<string, string>): string {
  mkdirSync(join(root, '.tmp'), { recursive: true });
  const folder = mkdtempSync(join(root, '.tmp', 'overlay-'));
  const opened = new Set([...files.keys()].flatMap((file) => parents(file)));
  for (const path of [...opened].sort()) {
    mkdirSync(join(folder, path));
    for (const entry of readdirSync(join(root, path))) {
      const inner = join(path, entry);
      if (!opened.has(inner)) symlinkSync(join(root, inner), join(folder, inner));
    }
  }
  for (const [file, content] of files) writeFileSync(join(folder, file), content, { flag: 'wx' });
  return folder;
}

function parents(file: string): string[] {
  const parent = dirname(file);
  return parent === '.' ? [] : [...parents(parent), parent];
}
