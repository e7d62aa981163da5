import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { checkFilter } from './check-filter.js';

const faultsOf = (filter: Json) => checkFilter(filter, '/filter').map(({ pointer, code }) => [pointer, code]);

describe('checkFilter', () => {
  it.each<[string, Json]>([
    ['no condition', {}],
    [
      'a comparison with a value of any type',
      { a: { $eq: 1 }, b: { $ne: null }, c: { $gt: '2026' }, d: { $eq: { x: 1 } } },
    ],
    ['two comparisons of one field', { amount: { $gte: 1, $lt: 10 } }],
    ['lists, written or given by a template', { a: { $in: [1, '{{$context.a}}'] }, b: { $notIn: '{{$context.b}}' } }],
    ['a value for short, of any type but an object', { a: 1, b: '{{$context.b}}', c: null, d: [1] }],
    ['text operators', { a: { $includes: 'x', $notIncludes: 'y', $startsWith: '{{$context.a}}', $endsWith: 7 } }],
    ['whether there is a value', { a: { $null: true }, b: { $notNull: '{{$context.b}}' } }],
    ['joined filters', { $or: [{ a: { $eq: 1 } }, { $and: [{ b: { $eq: 2 } }, { $not: { c: { $eq: 3 } } }] }] }],
  ])('takes %s', (_title, filter) => {
    expect(faultsOf(filter)).toEqual([]);
  });

  it.each<[string, Json, string, string]>([
    ['a template in place of the filter', '{{$context.data}}', '/filter', 'wrong_type'],
    ['a list in place of the filter', [], '/filter', 'wrong_type'],
    ['an object in place of an operator', { a: { b: 1 } }, '/filter/a/b', 'invalid'],
    ['a template for short that is none', { a: '{{a b}}' }, '/filter/a', 'syntax'],
    ['a field without an operator', { a: {} }, '/filter/a', 'invalid'],
    ['an unknown operator', { a: { $regex: 'x' } }, '/filter/a/$regex', 'invalid'],
    ['an operator by template', { a: { '{{$context.op}}': 1 } }, '/filter/a/{{$context.op}}', 'invalid'],
    ['a field by template', { '{{$context.name}}': { $eq: 1 } }, '/filter/{{$context.name}}', 'invalid'],
    ['a field with a slash, escaped in the pointer', { 'a/b': { $eq: 1 } }, '/filter/a~1b', 'invalid'],
    ['a comparison without a field', { $eq: 1 }, '/filter/$eq', 'invalid'],
    ['an unknown word', { $nor: [] }, '/filter/$nor', 'invalid'],
    ['a joining operator without a list', { $or: { a: { $eq: 1 } } }, '/filter/$or', 'wrong_type'],
    ['a fault deep inside', { $and: [{}, { $not: { a: { $x: 1 } } }] }, '/filter/$and/1/$not/a/$x', 'invalid'],
    ['a value where a list is needed', { a: { $in: 'b' } }, '/filter/a/$in', 'wrong_type'],
    ['text around the template of a list', { a: { $in: 'x{{$context.b}}' } }, '/filter/a/$in', 'wrong_type'],
    ['an empty list of filters', { $or: [] }, '/filter/$or', 'invalid'],
    ['text where true or false is needed', { a: { $null: 'yes' } }, '/filter/a/$null', 'wrong_type'],
    ['a template that is none', { a: { $eq: ['{{a b}}'] } }, '/filter/a/$eq/0', 'syntax'],
  ])('refuses %s', (_title, filter, pointer, code) => {
    expect(faultsOf(filter)).toEqual([[pointer, code]]);
  });

  it('tells every fault at once, with what to write instead', () => {
    const faults = checkFilter({ a: {}, $eq: 2, b: { $like: 'x' } }, '');
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/a', '/$eq', '/b/$like']);
    expect(faults[0]?.message).toContain('{"$eq": 1}');
    expect(faults[1]?.message).toContain('{"field": {"$eq": value}}');
    expect(faults[2]?.message).toContain('$includes');
  });
});
