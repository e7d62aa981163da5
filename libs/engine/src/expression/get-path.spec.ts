import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getPath } from './get-path.js';

describe('getPath', () => {
  it('gives the column of a list when there is no index', () => {
    const scope = { items: [{ price: 1 }, { price: null }, { other: 3 }, { price: 2 }] };
    expect(getPath(scope, 'items.price')).toEqual([1, null, 2]);
  });

  it('flattens nested lists one level a step and leaves the scope alone', () => {
    const scope = { a: [{ b: [{ c: 1 }, { c: 2 }] }, { b: [{ c: 3 }] }] };
    const before = structuredClone(scope);
    expect(getPath(scope, 'a.b.c')).toEqual([1, 2, 3]);
    expect(scope).toEqual(before);
  });

  it('takes an index in brackets and after a dot', () => {
    const scope = { a: [{ b: 1 }, { b: 2 }] };
    expect([getPath(scope, 'a[1].b'), getPath(scope, 'a.1.b'), getPath(scope, 'a[2].b')]).toEqual([2, 2, undefined]);
  });

  it('counts a list, unless its elements have a length of their own', () => {
    expect(getPath({ a: [1, 2, [3]] }, 'a.length')).toBe(3);
    expect(getPath({ a: [] }, 'a.length')).toBe(0);
    expect(getPath({ a: [{ length: 7 }] }, 'a.length')).toEqual([7]);
  });

  it('finds headers in any case', () => {
    const scope = { $context: { headers: { 'x-a': 1 }, data: { 'x-a': 2 } } };
    expect(getPath(scope, '$context.headers.X-A')).toBe(1);
    expect(getPath(scope, "ctx.$context.headers['X-a']")).toBe(1);
    expect(getPath(scope, '$context.data.X-A')).toBeUndefined();
  });

  it('calls functions when they are used', () => {
    let calls = 0;
    expect(
      getPath({ $system: { n: () => (calls += 1), range: () => ({ today: () => 'd' }) } }, '$system.range.today'),
    ).toBe('d');
    expect(calls).toBe(0);
  });

  it('sees nothing inherited', () => {
    for (const path of [
      'a.constructor',
      'a.__proto__',
      'a.toString',
      'constructor.constructor',
      'a.s.length',
      'l.map',
    ]) {
      expect(getPath({ a: { s: 'text' }, l: [1] }, path)).not.toEqual(expect.any(Function));
    }
    expect(getPath({ a: {} }, 'a.__proto__')).toBeUndefined();
    expect(getPath({ a: JSON.parse('{"constructor":{"prototype":5}}') as object }, 'a.constructor.prototype')).toBe(5);
  });

  it('answers from own properties only, whatever the data and the path', () => {
    const names = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'a',
      'length',
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(names, { minLength: 1, maxLength: 4 }), (data, path) => {
        const value = getPath({ data }, ['data', ...path]);
        expect(typeof value === 'function' || value === Object.prototype || value === Array.prototype).toBe(false);
      }),
    );
  });
});
