import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The version in package.json, the same in sources, build and image. */
export function productVersion(): string {
  const path = findPackageJSON(import.meta.url);
  if (path === undefined) throw new Error('There is no package.json above the management API.');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
