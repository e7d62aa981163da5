import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { placeDatabase } from './place-database.js';

/** Another user cannot be played without being root. */
const asRoot = process.getuid?.() === 0 ? it : it.skip;

const stages: string[] = [];
afterAll(() => stages.forEach((top) => rmSync(top, { recursive: true, force: true })));

/** A directory that others can enter, with programs that run. */
function stage(mode: number) {
  const top = mkdtempSync(join(tmpdir(), 'hookmill-place-'));
  stages.push(top);
  const closed = join(top, 'closed');
  mkdirSync(join(closed, 'native', 'bin'), { recursive: true });
  writeFileSync(join(closed, 'native', 'bin', 'postgres'), '#!/bin/sh\necho ok\n', { mode: 0o755 });
  chmodSync(top, 0o755);
  chmodSync(closed, mode);
  const lines: string[] = [];
  return {
    dataDir: join(closed, 'data'),
    source: { root: join(closed, 'native'), version: '1' },
    reachable: join(top, 'reachable'),
    lines,
    say: (line: string) => void lines.push(line),
  };
}

describe('placeDatabase', () => {
  it('keeps everything where it is when the service user can reach it', () => {
    const { dataDir, source, reachable, lines, say } = stage(0o755);
    const place = placeDatabase(dataDir, source, say, reachable);
    expect(place).toMatchObject({ binaries: source.root, home: join(dataDir, 'postgres') });
    expect(lines).toEqual([]);
    expect(existsSync(reachable)).toBe(false);
  });

  asRoot('moves database and programs out of a directory that only root can enter, says so and remembers it', () => {
    const { dataDir, source, reachable, lines, say } = stage(0o700);
    const place = placeDatabase(dataDir, source, say, reachable);
    expect(place.home.startsWith(reachable)).toBe(true);
    expect(place.binaries).toBe(join(reachable, 'postgres-1'));
    expect(lines).toHaveLength(2);
    expect(readFileSync(join(dataDir, 'postgres-location'), 'utf8').trim()).toBe(place.home);
    expect(placeDatabase(dataDir, source, say, reachable)).toEqual(place);
    expect(lines).toHaveLength(2);
  });

  it('says what to do when the programs do not run', () => {
    const { dataDir, source, reachable, say } = stage(0o755);
    writeFileSync(join(source.root, 'bin', 'postgres'), '#!/bin/sh\necho "no libssl" >&2\nexit 127\n');
    expect(() => placeDatabase(dataDir, source, say, reachable)).toThrow(/no libssl[\s\S]*DATABASE_URL/);
  });
});
