import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const WANTED = [...Array.from({ length: 43 }, (_, n) => n + 1), 65, 66].map((n) => `T${String(n).padStart(2, '0')}`);

describe('the table of threats', () => {
  it('has a test for each of them, the id in its title', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => /\.(integration|e2e)\.spec\.ts$/.test(name));
    const titles = files.flatMap((name) =>
      [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/['"`](T\d\d) /g)].map(([, id]) => id),
    );
    expect(WANTED.filter((id) => !titles.includes(id))).toEqual([]);
  });
});
