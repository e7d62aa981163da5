import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { copyJson } from './copy-json.js';

describe('copyJson', () => {
  it('copies any JSON, with the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { copy, faults } = copyJson(value);
        expect([JSON.stringify(copy), faults]).toEqual([JSON.stringify(value), []]);
      }),
    );
  });

  it('shares nothing with the original and sets no prototype', () => {
    const original = JSON.parse('{"a":{"b":1},"__proto__":{"admin":true}}') as { a: object };
    const { copy } = copyJson(original);
    expect((copy as { a: object }).a).not.toBe(original.a);
    expect((copy as { admin?: boolean }).admin).toBeUndefined();
    expect(Object.keys(copy as object)).toEqual(['a', '__proto__']);
  });

  it('points at what is not JSON', () => {
    const { faults } = copyJson({ a: [1, () => 1], b: Symbol('x'), c: Number.NaN, d: new Map(), e: 1n });
    expect(faults.map(({ pointer, code }) => `${pointer} ${code}`).sort()).toEqual([
      '/a/1 wrong_type',
      '/b wrong_type',
      '/c wrong_type',
      '/d wrong_type',
      '/e wrong_type',
    ]);
  });

  it('ends on cycles, on deep nesting and on aliases that multiply', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    let wide: unknown = 'lol';
    for (let level = 0; level < 12; level += 1) wide = Array.from({ length: 10 }, () => wide);
    for (const value of [cycle, deep, wide]) expect(copyJson(value).faults.map(({ code }) => code)).toEqual(['limit']);
  });
});
