import { describe, expect, it } from '@jest/globals';
import { segmentsOverlap } from './path-claims.js';

describe('two patterns', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/:x', 'a/b', true],
    [':x/b', 'a/:y', true],
    ['/a', 'a', true],
    ['a/:x', 'a/b/c', false],
    ['a/:x', 'b/:x', false],
    ['a', 'b', false],
  ])('%s and %s overlap: %s, whichever comes first', (a, b, overlap) => {
    expect([segmentsOverlap(a, b), segmentsOverlap(b, a)]).toEqual([overlap, overlap]);
  });
});
