import { describe, expect, it } from '@jest/globals';
import { parseProcStat } from './parse-proc-stat.js';

describe('parseProcStat', () => {
  it('reads parent and times behind a name with spaces and brackets', () => {
    const text =
      '4242 (postgres: x) (y) 17) S 17 4242 4242 0 -1 4194304 900 0 0 0 31 12 5 7 20 0 1 0 123 456 78 1844 1 1 0\n';
    expect(parseProcStat(text)).toEqual({ parent: 17, own: 43, reaped: 12 });
  });
});
