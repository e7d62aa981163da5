import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { formFaults } from './form-faults.js';

const form: JsonObject = {
  type: 'object',
  required: ['price'],
  additionalProperties: false,
  properties: { price: { type: 'number', minimum: 0 }, 'a/b': { type: 'array', items: { type: 'string' } } },
};

describe('the faults of values in a form', () => {
  it.each<[JsonObject, [string, string][]]>([
    [{ price: 1, 'a/b': ['x'] }, []],
    [{}, [['/values/price', 'missing']]],
    [{ price: -1 }, [['/values/price', 'invalid']]],
    [{ price: 1, note: 'x' }, [['/values/note', 'unknown_property']]],
    [{ price: 1, 'a/b': ['x', 1] }, [['/values/a~1b/1', 'invalid']]],
  ])('of %j are %j', (values, expected) => {
    expect(formFaults(form, values, '/values').map(({ pointer, code }) => [pointer, code])).toEqual(expected);
  });

  it('are at most a hundred', () => {
    const many = { 'a/b': Array.from({ length: 500 }, (_none, n) => n) };
    expect(formFaults(form, many, '/values')).toHaveLength(100);
  });

  it('are one for a form that is no JSON Schema', () => {
    expect(formFaults({ typo: true }, {}, '/values')).toMatchObject([{ pointer: '/values', code: 'invalid' }]);
  });

  it('are none for an empty form', () => {
    expect(formFaults({}, { anything: [1] }, '/values')).toEqual([]);
  });
});
