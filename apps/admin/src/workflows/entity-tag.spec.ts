import { describe, expect, it } from '@jest/globals';
import { entityTag, parseIfMatch } from './entity-tag.js';

describe('entity tags', () => {
  it.each([
    [undefined, null],
    ['*', '*'],
    [' * ', '*'],
    ['"a"', ['a']],
    ['"a", "b"', ['a', 'b']],
    ['W/"a"', []],
    ['a', []],
    ['', []],
  ])('reads If-Match %p as %p', (header, expected) => {
    expect(parseIfMatch(header)).toEqual(expected);
  });

  it('reads what it writes', () => {
    expect(parseIfMatch(entityTag('abc'))).toEqual(['abc']);
  });
});
