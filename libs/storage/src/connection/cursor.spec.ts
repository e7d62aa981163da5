import { isUuid, newId } from '#shared';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BadCursor, decodeCursor, encodeCursor, isSmallInteger } from './cursor.js';

describe('a cursor', () => {
  it('gives back the id it was made of', () => {
    const id = newId();
    expect(decodeCursor(encodeCursor(id), isUuid)).toBe(id);
    expect(decodeCursor(null, isUuid)).toBeNull();
  });

  it('that was not given out is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, isUuid)).toThrow(BadCursor);
      }),
    );
  });

  it('of a number fits the column it is compared with', () => {
    expect(['1', '2147483647'].map(isSmallInteger)).toEqual([true, true]);
    expect(['0', '-1', '1.5', '2147483648', '1e3', ''].map(isSmallInteger)).toEqual(Array(6).fill(false));
  });
});
