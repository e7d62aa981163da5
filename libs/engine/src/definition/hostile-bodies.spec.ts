import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { compileBodySchema, type BodyValidator } from './compile-body-schema.js';

function check(schema: JsonObject): BodyValidator {
  const compiled = compileBodySchema(schema);
  if (typeof compiled === 'string') throw new Error(compiled);
  return compiled;
}

/** Far above what linear time takes here, far below the alternative. */
const SOON_MS = 5_000;

function inTime<T>(work: () => T): T {
  const start = Date.now();
  const result = work();
  expect(Date.now() - start).toBeLessThan(SOON_MS);
  return result;
}

describe('a body schema over a hostile body', () => {
  it.each([
    ['pattern', { type: 'string', pattern: '^(a+)+$' }, 'a'.repeat(50_000) + '!'],
    ['patternProperties', { patternProperties: { '^(a+)+$': false } }, { ['a'.repeat(50_000) + '!']: 1 }],
  ])('takes linear time for a %s that backtracks for ever elsewhere', (_what, schema, body) => {
    const validate = check(schema as JsonObject);
    expect(inTime(() => validate(body))).toHaveLength('type' in schema ? 1 : 0);
    expect(validate(JSON.parse(JSON.stringify(body).replace('!', '')))).toHaveLength('type' in schema ? 0 : 1);
  });

  it('takes linear time to find items that are there twice', () => {
    const items = Array.from({ length: 50_000 }, (_, index) => (index % 2 ? index : { a: index, b: null }));
    const validate = check({ type: 'array', uniqueItems: true });
    expect(inTime(() => validate(items))).toEqual([]);
    expect(inTime(() => validate([...items, { b: null, a: 0 }]))).toEqual([': must NOT have duplicate items']);
    expect(validate([1, '1', [1], { 0: 1 }, null, 'null'])).toEqual([]);
  });

  it('looks for one fault only when there could be millions', () => {
    const validate = check({ type: 'array', items: { type: 'number' } });
    expect(inTime(() => validate(Array.from({ length: 500_000 }, () => '')))).toHaveLength(1);
    expect(validate(['', '', 1])).toHaveLength(2);
  });

  it('knows classes, escapes and Unicode in patterns, and refuses look-around', () => {
    const validate = check({ type: 'string', pattern: String.raw`^\p{L}[\w.\-\/]+\u00e9\d{2,4}$` });
    expect(validate('ÄB_c.-/é2026')).toEqual([]);
    expect(validate('1x')).toHaveLength(1);
    expect(compileBodySchema({ type: 'string', pattern: '^(?=a)' })).toMatch(/look-around.*do not exist/);
  });
});
