import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { renderFilter } from './render-filter.js';

const render = (filter: JsonObject, data: Json = {}) => renderFilter(filter, { $context: { data } });

describe('renderFilter', () => {
  it('renders every value and marks it as one', () => {
    const filter = {
      a: { $gte: '{{$context.data.least}}', $lt: 10 },
      b: { $startsWith: 'no-{{$context.data.least}}' },
    };
    expect(render(filter, { least: 3 })).toEqual({
      a: { $gte: { $value: 3 }, $lt: { $value: 10 } },
      b: { $startsWith: { $value: 'no-3' } },
    });
  });

  it('keeps the structure that was written', () => {
    const filter: JsonObject = { $or: [{ a: { $eq: 1 } }, { $not: { $and: [{ b: { $null: true } }] } }] };
    expect(render(filter)).toEqual({
      $or: [{ a: { $eq: { $value: 1 } } }, { $not: { $and: [{ b: { $null: { $value: true } } }] } }],
    });
  });

  it.each<Json>([{ $ne: null }, { $value: { $ne: null } }, { $or: [{}] }, [{ $gt: '' }]])(
    'takes %j out of a payload for a value',
    (value) => {
      expect(render({ a: { $eq: '{{$context.data}}' } }, value)).toEqual({ a: { $eq: { $value: value } } });
    },
  );

  it('takes an object out of a payload for a value also where a value stands for short', () => {
    expect(render({ a: '{{$context.data}}', b: 1 }, { $ne: 1 })).toEqual({
      a: { $eq: { $value: { $ne: 1 } } },
      b: { $eq: { $value: 1 } },
    });
  });

  it('does not read templates out of a payload', () => {
    expect(render({ a: { $eq: '{{$context.data}}' } }, '{{$env.SECRET}}')).toEqual({
      a: { $eq: { $value: '{{$env.SECRET}}' } },
    });
  });

  it('takes a list of values, each rendered, or a template that gives one', () => {
    const data = { one: 1, all: [2, { $gt: 0 }] };
    expect(render({ a: { $in: ['{{$context.data.one}}', 'x'] } }, data)).toEqual({ a: { $in: { $value: [1, 'x'] } } });
    expect(render({ a: { $notIn: '{{$context.data.all}}' } }, data)).toEqual({
      a: { $notIn: { $value: [2, { $gt: 0 }] } },
    });
  });

  it.each<[Json, string]>([
    ['x', 'a string'],
    [null, 'null'],
    [{ length: 1 }, 'an object'],
  ])('refuses %j where a list is needed', (value, given) => {
    const filter = { $and: [{ a: { $in: '{{$context.data.ids}}' } }] };
    expect(() => render(filter, { ids: value })).toThrow(
      expect.objectContaining({ code: 'filter_value', message: expect.stringContaining(given) }),
    );
    expect(() => render(filter, { ids: value })).toThrow('"/$and/0/a/$in"');
  });

  it('refuses a template that finds nothing instead of matching more than was meant', () => {
    expect(() => render({ a: { $eq: '{{$context.data.absent}}' } })).toThrow(
      expect.objectContaining({ code: 'filter_value', message: expect.stringContaining('"/a/$eq"') }),
    );
    expect(() => render({ a: { $in: [1, '{{$context.data.absent}}'] } })).toThrow('"/a/$in/1"');
    expect(render({ a: { $eq: '{{$context.data.absent:none}}' } })).toEqual({ a: { $eq: { $value: 'none' } } });
  });

  it('takes null for null', () => {
    expect(render({ a: { $eq: '{{$context.data.a}}' } }, { a: null })).toEqual({ a: { $eq: { $value: null } } });
  });
});
