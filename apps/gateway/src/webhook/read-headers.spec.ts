import { describe, expect, it } from '@jest/globals';
import { readHeaders } from './read-headers.js';

describe('readHeaders', () => {
  it('joins repeated headers, credentials too, and counts every line', () => {
    const { count, bytes, values } = readHeaders(['X-A', '1', 'x-a', '2', 'Authorization', 'a', 'authorization', 'b']);
    expect(count).toBe(4);
    expect(bytes).toBe(3 + 1 + 3 + 1 + 13 + 1 + 13 + 1 + 4 * 4);
    expect({ ...values }).toEqual({ 'x-a': '1, 2', authorization: 'a, b' });
  });

  it('keeps the first content type and joins cookies with a semicolon', () => {
    const { values } = readHeaders(['content-type', 'a/b', 'Content-Type', 'c/d', 'cookie', 'x=1', 'cookie', 'y=2']);
    expect({ ...values }).toEqual({ 'content-type': 'a/b', cookie: 'x=1; y=2' });
  });

  it('takes a header named like a property of Object for a header', () => {
    const { values } = readHeaders(['__proto__', 'x', 'constructor', 'y']);
    expect(Object.getPrototypeOf(values)).toBeNull();
    expect(Object.entries(values)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});
