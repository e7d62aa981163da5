import type { RecordAggregation } from '#engine';
import type { Json, JsonObject } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;

const RECORDS: JsonObject[] = [
  {
    name: 'Ann',
    age: 30,
    price: '1.10',
    born: '1990-01-31',
    seen: '2026-01-01T00:00:00Z',
    tags: ['a', 'b'],
    vip: true,
  },
  {
    name: 'bob',
    age: 40,
    price: '2.20',
    born: '1980-12-01',
    seen: '2026-06-01T12:30:00.5Z',
    tags: { k: 1 },
    vip: false,
  },
  { name: '100%', age: 50, price: '12345678901234567890.1', born: null, seen: null, tags: [1], vip: null },
  { name: 'a_b\\c', age: null, price: null, born: '2000-06-15', seen: null, tags: null, vip: true },
  { name: null, age: -5, price: '0', born: null, seen: null, tags: 'x', vip: null },
];

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  const types = {
    name: 'string',
    age: 'integer',
    price: 'decimal',
    born: 'date',
    seen: 'datetime',
    tags: 'json',
    vip: 'boolean',
  };
  await storage.collections.put('people', { fields: Object.entries(types).map(([name, type]) => ({ name, type })) });
  for (const record of RECORDS) await storage.collections.createRecord('people', record);
});

afterAll(async () => {
  await storage?.close();
  await database?.drop();
});

/** Ids of the records that match, ascending. */
const matching = async (filter: JsonObject): Promise<Json[]> => {
  const records = await storage.collections.query({ collection: 'people', filter, sort: [], page: 1, pageSize: 100 });
  return records.map((record) => record['id']!);
};

describe('a filter', () => {
  it.each<[JsonObject, number[]]>([
    [{}, [1, 2, 3, 4, 5]],
    [{ name: 'Ann' }, [1]],
    [{ name: null }, [5]],
    [{ name: { $eq: null } }, [5]],
    [{ age: '40' }, [2]],
    [{ name: { $ne: 'Ann' } }, [2, 3, 4, 5]],
    [{ name: { $ne: null } }, [1, 2, 3, 4]],
    [{ age: { $gt: 30 } }, [2, 3]],
    [{ age: { $gte: 30, $lt: 50 } }, [1, 2]],
    [{ age: { $lte: -5 } }, [5]],
    [{ age: { $gt: null } }, []],
    [{ price: { $gt: '12345678901234567890' } }, [3]],
    [{ price: 1.1 }, [1]],
    [{ born: { $lt: '1990-01-31' } }, [2]],
    [{ seen: '2026-06-01T14:30:00.500+02:00' }, [2]],
    [{ vip: true }, [1, 4]],
    [{ vip: { $ne: true } }, [2, 3, 5]],
    [{ age: { $in: [30, '40', 99] } }, [1, 2]],
    [{ age: { $in: [30, null] } }, [1, 4]],
    [{ age: { $in: [] } }, []],
    [{ age: { $in: 30 } }, [1]],
    [{ age: { $notIn: [30, 40] } }, [3, 4, 5]],
    [{ age: { $notIn: [30, null] } }, [2, 3, 5]],
    [{ age: { $notIn: [] } }, [1, 2, 3, 4, 5]],
    [{ name: { $includes: 'N' } }, [1]],
    [{ name: { $includes: '%' } }, [3]],
    [{ name: { $includes: '_' } }, [4]],
    [{ name: { $includes: '\\' } }, [4]],
    [{ name: { $includes: ['ob', '00'] } }, [2, 3]],
    [{ name: { $notIncludes: 'n' } }, [2, 3, 4, 5]],
    [{ name: { $startsWith: 'a' } }, [1, 4]],
    [{ name: { $startsWith: '%' } }, []],
    [{ name: { $endsWith: 'B' } }, [2]],
    [{ born: { $null: true } }, [3, 5]],
    [{ born: { $null: false } }, [1, 2, 4]],
    [{ born: { $notNull: true } }, [1, 2, 4]],
    [{ born: { $notNull: 'false' } }, [3, 5]],
    [{ tags: { $eq: { k: 1 } } }, [2]],
    [{ tags: { $eq: ['a', 'b'] } }, [1]],
    [{ tags: { $includes: 'b' } }, [1]],
    [{ tags: { $includes: 1 } }, [3]],
    [{ tags: { $null: true } }, [4]],
    [{ id: { $in: [1, '2'] } }, [1, 2]],
    [{ createdAt: { $gt: '2020-01-01T00:00:00Z' } }, [1, 2, 3, 4, 5]],
    [{ $and: [{ age: { $gt: 0 } }, { vip: true }] }, [1]],
    [{ $or: [{ age: 30 }, { name: 'bob', vip: false }] }, [1, 2]],
    [{ $not: { age: { $gt: 35 } } }, [1, 4, 5]],
    [{ $not: { $or: [{ age: 30 }, { age: 40 }] }, name: { $notNull: true } }, [3, 4]],
    [{ name: { $value: 'Ann' } }, [1]],
    [{ name: { $value: null } }, [5]],
    [{ tags: { $value: { k: 1 } } }, [2]],
    [{ tags: { $eq: { k: { $value: 1 } } } }, [2]],
    [{ age: { $in: [{ $value: 30 }, 40] } }, [1, 2]],
    [{ age: { $in: { $value: [30, 40] } } }, [1, 2]],
    [{ $and: [{ name: { $startsWith: { $value: 'a' } } }] }, [1, 4]],
  ])('%j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  const deep = Array.from({ length: 30 }).reduce<JsonObject>((inner) => ({ $not: inner }), { age: 1 });

  it.each<[string, JsonObject]>([
    ['unknown_field', { nothing: 1 }],
    ['unknown_field', { toString: 1 }],
    ['invalid_filter', { $nor: [] }],
    ['invalid_filter', { $eq: 1 }],
    ['invalid_filter', { age: {} }],
    ['invalid_filter', { age: { $regexp: 'x' } }],
    ['invalid_filter', { age: { constructor: 'x' } }],
    ['invalid_filter', { age: { $null: 1 } }],
    ['invalid_filter', { age: { $includes: '3' } }],
    ['invalid_filter', { vip: { $gt: true } }],
    ['invalid_filter', { tags: { $lt: 1 } }],
    ['invalid_filter', { $and: [] }],
    ['invalid_filter', { $or: { age: 1 } }],
    ['invalid_filter', { $and: [1] }],
    ['invalid_filter', deep],
    ['invalid_filter', { $or: Array.from({ length: 501 }, () => ({ age: 1 })) }],
    ['invalid_filter', { age: { $in: Array.from({ length: 10_001 }, (_, n) => n) } }],
    ['invalid_value', { age: { $gt: 'abc' } }],
    ['invalid_value', { age: { $in: [1, {}] } }],
    ['invalid_value', { name: { $value: { $ne: null } } }],
  ])('is refused with %s: %j', async (code, filter) => {
    await expect(matching(filter)).rejects.toMatchObject({ name: 'EngineError', code });
  });
});

describe('a page of records', () => {
  const page = (page: number, pageSize: number, sort: string[] = []) =>
    storage.collections
      .query({ collection: 'people', filter: {}, sort, page, pageSize })
      .then((records) => records.map((record) => record['id']));

  it('counts from 1, by id unless it is told otherwise', async () => {
    expect(await page(1, 2)).toEqual([1, 2]);
    expect(await page(3, 2)).toEqual([5]);
    expect(await page(4, 2)).toEqual([]);
    expect(await page(1, 2, ['-id'])).toEqual([5, 4]);
    expect(await page(1, 5, ['vip', '-age'])).toEqual([2, 4, 1, 3, 5]);
  });

  it.each([
    [0, 10],
    [1, 0],
    [1.5, 10],
    [1, 10_001],
    [2 ** 60, 10],
  ])('is refused where there can be none: page %p of %p', async (number, size) => {
    await expect(page(number, size)).rejects.toMatchObject({ code: 'invalid_query' });
  });

  it('cannot be sorted by what has no order', async () => {
    await expect(page(1, 1, ['tags'])).rejects.toMatchObject({ code: 'invalid_sort' });
  });
});

describe('an aggregate', () => {
  const aggregate = (more: Partial<RecordAggregation>) =>
    storage.collections.aggregate({
      collection: 'people',
      aggregator: 'count',
      field: null,
      filter: {},
      distinct: false,
      ...more,
    });

  it.each<[Partial<RecordAggregation>, number | string | null]>([
    [{}, 5],
    [{ field: 'age' }, 4],
    [{ field: 'vip', distinct: true }, 2],
    [{ field: 'tags', distinct: true }, 4],
    [{ aggregator: 'sum', field: 'age' }, 115],
    [{ aggregator: 'sum', field: 'price' }, '12345678901234567893.40'],
    [{ aggregator: 'sum', field: 'price', filter: { id: { $lt: 3 } } }, 3.3],
    [{ aggregator: 'avg', field: 'age', filter: { age: { $gt: 0 } } }, 40],
    [{ aggregator: 'min', field: 'age' }, -5],
    [{ aggregator: 'max', field: 'price' }, '12345678901234567890.1'],
    [{ aggregator: 'max', field: 'born' }, '2000-06-15'],
    [{ aggregator: 'min', field: 'seen' }, '2026-01-01T00:00:00.000Z'],
    [{ aggregator: 'sum', field: 'age', filter: { id: 99 } }, null],
    [{ filter: { id: 99 } }, 0],
  ])('%j is %p', async (aggregation, value) => {
    expect(await aggregate(aggregation)).toBe(value);
  });

  it.each<[string, Partial<RecordAggregation>]>([
    ['invalid_aggregate', { aggregator: 'sum' }],
    ['invalid_aggregate', { distinct: true }],
    ['invalid_aggregate', { aggregator: 'sum', field: 'name' }],
    ['invalid_aggregate', { aggregator: 'avg', field: 'born' }],
    ['invalid_aggregate', { aggregator: 'max', field: 'vip' }],
    ['unknown_field', { aggregator: 'max', field: 'nothing' }],
    ['unknown_collection', { collection: 'nothing' }],
    ['invalid_filter', { filter: { age: {} } }],
  ])('is refused with %s: %j', async (code, aggregation) => {
    await expect(aggregate(aggregation)).rejects.toMatchObject({ name: 'EngineError', code });
  });
});
