import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import pg from 'pg';
import type { Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';
import type { CollectionStore } from './contract.js';

let database: TestDatabase;
let storage: Storage;
let collections: CollectionStore;
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  collections = storage.collections;
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await storage?.close();
  await database?.drop();
});

const field = (name: string, type: string, more: JsonObject = {}): JsonObject => ({ name, type, ...more });

async function make(name: string, ...fields: JsonObject[]): Promise<void> {
  expect(await collections.put(name, { fields })).toMatchObject({ kind: 'created' });
}

const list = (name: string, more = {}) =>
  collections.listRecords(name, { filter: {}, sort: [], limit: 50, cursor: null, ...more });

const faultsOf = async (name: string, body: JsonObject) => {
  const result = await collections.put(name, body);
  return result.kind === 'invalid' ? result.faults.map(({ pointer, code }) => `${pointer} ${code}`) : result.kind;
};

describe('a definition', () => {
  it('is stored with everything said, and the same once more changes nothing', async () => {
    const fields = [field('email', 'string', { required: true, unique: true })];
    const first = await collections.put('customers', { title: 'Customers', fields });
    const stored = {
      name: 'customers',
      title: 'Customers',
      fields: [{ name: 'email', type: 'string', required: true, default: null, unique: true, index: false }],
    };
    expect(first).toMatchObject({ kind: 'created', collection: stored });
    expect(await collections.put('customers', { title: 'Customers', fields })).toMatchObject({ kind: 'unchanged' });
    expect(await collections.find('customers')).toMatchObject(stored);
  });

  it('is refused with a pointer to each fault', async () => {
    const faults = await faultsOf('bad', {
      extra: 1,
      title: 7,
      fields: [
        field('Upper', 'string'),
        field('id', 'integer'),
        field('createdAt', 'datetime'),
        field('a', 'blob'),
        field('b', 'integer', { default: 'x' }),
        field('B2', 'integer'),
        field('b', 'integer'),
        field('c', 'json', { unique: true }),
        field('d', 'integer', { required: 'yes', primary: true }),
      ],
    });
    expect(faults).toEqual([
      '/extra unknown_property',
      '/title type',
      '/fields/0/name name',
      '/fields/1/name reserved_name',
      '/fields/2/name reserved_name',
      '/fields/3/type type',
      '/fields/4/default invalid_value',
      '/fields/5/name name',
      '/fields/6/name duplicate',
      '/fields/7/unique no_index',
      '/fields/8/primary unknown_property',
      '/fields/8/required type',
    ]);
  });

  it('adds and drops fields later, and keeps the records', async () => {
    await make('growing', field('a', 'integer'), field('b', 'string'));
    await collections.createRecord('growing', { a: 1, b: 'x' });
    const fields = [field('a', 'integer'), field('c', 'string', { required: true, default: 'new', index: true })];
    expect(await collections.put('growing', { fields })).toMatchObject({ kind: 'updated' });
    expect((await list('growing')).items).toMatchObject([{ id: 1, a: 1, c: 'new' }]);
    expect((await list('growing')).items[0]).not.toHaveProperty('b');
  });

  it('changes a type where no value is lost, and refuses it elsewhere', async () => {
    await make('typed', field('a', 'integer', { default: 5, unique: true }), field('b', 'string'));
    await collections.createRecord('typed', { b: 'x' });
    const wider = [field('a', 'decimal', { default: '5.5', unique: true }), field('b', 'text')];
    expect(await collections.put('typed', { fields: wider })).toMatchObject({ kind: 'updated' });
    await collections.createRecord('typed', {});
    expect((await list('typed')).items).toMatchObject([{ a: 5.5 }, { a: 5, b: 'x' }]);
    expect(await faultsOf('typed', { fields: [field('a', 'integer')] })).toEqual(['/fields/0/type type_change']);
  });

  it('is refused where the records there are do not allow it, and changes nothing then', async () => {
    await make('full', field('a', 'integer'));
    await collections.createRecord('full', { a: 1 });
    await collections.createRecord('full', { a: 1 });
    await collections.createRecord('full', {});
    const refused = (...fields: JsonObject[]) => faultsOf('full', { fields });
    expect(await refused(field('b', 'string', { required: true }))).toEqual([
      '/fields/0/required required_without_default',
    ]);
    expect(await refused(field('a', 'integer', { unique: true }))).toEqual(['/fields/0/unique records_not_unique']);
    expect(await refused(field('a', 'integer', { required: true }))).toEqual([
      '/fields/0/required records_without_value',
    ]);
    expect((await list('full')).items).toHaveLength(3);
  });

  it('does not take over a table that somebody made by hand', async () => {
    await owner.query('create table data.handmade (a int)');
    expect(await faultsOf('handmade', { fields: [] })).toEqual(['/name name_taken']);
    expect(await collections.delete('handmade')).toBe(false);
    await owner.query('select * from data.handmade');
  });

  it('is stored once by processes that put it at the same time', async () => {
    const other = await openTestStorage(database.url);
    const body = { fields: [field('a', 'integer')] };
    const results = await Promise.all([collections.put('raced', body), other.collections.put('raced', body)]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['created', 'unchanged']);
    await other.close();
  });

  it('is seen by another process at once', async () => {
    const other = await openTestStorage(database.url);
    await make('seen', field('a', 'integer'));
    await other.collections.createRecord('seen', { a: 1 });
    await collections.put('seen', { fields: [field('b', 'integer')] });
    await expect(other.collections.createRecord('seen', { a: 1 })).rejects.toMatchObject({ code: 'unknown_field' });
    await other.collections.createRecord('seen', { b: 1 });
    await other.close();
  });

  it('goes with its table', async () => {
    await make('leaving', field('a', 'integer', { index: true }));
    expect(await collections.delete('leaving')).toBe(true);
    expect(await collections.delete('leaving')).toBe(false);
    const { rows } = await owner.query(`select to_regclass('data.leaving') as place`);
    expect(rows).toEqual([{ place: null }]);
    await expect(list('leaving')).rejects.toMatchObject({ name: 'EngineError', code: 'unknown_collection' });
  });

  it('is listed by name, page by page', async () => {
    await make('zz1');
    await make('zz2');
    const names: string[] = [];
    for (let cursor: string | null = null; ;) {
      const page = await collections.list(3, cursor);
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(names).toEqual([...names].sort());
    expect(names.slice(-2)).toEqual(['zz1', 'zz2']);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('values', () => {
  const TYPES = 'string text integer bigint double decimal boolean date datetime json uuid'.split(' ');

  it('come back as they were stored, whatever their type', async () => {
    await make('kinds', ...TYPES.map((type) => field(`${type}1`, type)));
    const values = {
      string1: "'; drop table kinds;--",
      text1: 'grüße 🔑\n'.repeat(1000),
      integer1: -2147483648,
      bigint1: '9223372036854775807',
      double1: 0.1,
      decimal1: '12345678901234567890.123456789',
      boolean1: false,
      date1: '2024-02-29',
      datetime1: '2026-11-25T10:00:00.123Z',
      json1: { a: [1, { b: null }], "c'": '"' },
      uuid1: '018f0000-0000-7000-8000-000000000001',
    };
    const record = await collections.createRecord('kinds', values);
    expect(record).toMatchObject({ id: 1, ...values });
    expect(await collections.findRecord('kinds', '1')).toEqual(record);
    expect(record['createdAt']).toBe(record['updatedAt']);
  });

  it('are numbers where a number holds them exactly', async () => {
    const record = await collections.createRecord('kinds', { bigint1: '42', decimal1: '1.10', double1: '2.5' });
    expect(record).toMatchObject({ bigint1: 42, decimal1: 1.1, double1: 2.5 });
  });

  it.each([
    ['integer1', 'abc'],
    ['integer1', 1.5],
    ['integer1', 2147483648],
    ['bigint1', 1e20],
    ['bigint1', '9223372036854775808'],
    ['double1', 'NaN'],
    ['decimal1', '1e9999'],
    ['boolean1', 'maybe'],
    ['date1', '2023-02-29'],
    ['datetime1', 'tomorrow'],
    ['json1', { a: '\0' }],
    ['json1', ['\ud800']],
    ['text1', 'a\0b'],
    ['string1', 'x'.repeat(256)],
    ['string1', { $ne: null }],
    ['uuid1', 'x'],
  ])('are refused where %s is given what it cannot be (%j)', async (name, value) => {
    const before = await collections.aggregate({
      collection: 'kinds',
      aggregator: 'count',
      field: null,
      filter: {},
      distinct: false,
    });
    const write = collections.createRecord('kinds', { [name]: value });
    await expect(write).rejects.toMatchObject({ name: 'WriteRefused', code: 'invalid_value' });
    const after = await collections.aggregate({
      collection: 'kinds',
      aggregator: 'count',
      field: null,
      filter: {},
      distinct: false,
    });
    expect(after).toBe(before);
  });

  it('are refused where they are missing, taken, unknown or not ours to set', async () => {
    await make('strict', field('email', 'string', { required: true, unique: true }));
    await collections.createRecord('strict', { email: 'a@b.c' });
    const refusal = (values: JsonObject) =>
      collections.createRecord('strict', values).catch((error: unknown) => (error as { code: string }).code);
    expect(await refusal({})).toBe('required_value');
    expect(await refusal({ email: null })).toBe('required_value');
    expect(await refusal({ email: 'a@b.c' })).toBe('not_unique');
    expect(await refusal({ email: 'x', other: 1 })).toBe('unknown_field');
    expect(await refusal({ email: 'x', id: 9 })).toBe('read_only_field');
    expect(await refusal({ email: 'x', '"a";--': 1 })).toBe('unknown_field');
    await expect(collections.createRecord('strict', { email: 'a@b.c' })).rejects.toThrow(/email/);
  });

  it('too long for their index are refused and not cut', async () => {
    await make('indexed', field('long', 'text', { index: true }));
    // Random: repeated text is compressed.
    const long = Array.from({ length: 4000 }, () => Math.random().toString(36)).join('');
    await expect(collections.createRecord('indexed', { long })).rejects.toMatchObject({ code: 'invalid_value' });
  });
});

describe('records', () => {
  it('are changed and deleted by id, and a stranger changes nothing', async () => {
    await make('notes', field('text', 'string'), field('done', 'boolean', { default: false }));
    const { id, createdAt } = await collections.createRecord('notes', { text: 'a' });
    const changed = await collections.updateRecord('notes', String(id), { done: true });
    expect(changed).toMatchObject({ id, createdAt, text: 'a', done: true });
    expect(changed!['updatedAt']! >= createdAt!).toBe(true);
    for (const unknown of ['999', '0', 'x', '1 or true', '99999999999999999999']) {
      expect(await collections.updateRecord('notes', unknown, { done: false })).toBeNull();
      expect(await collections.findRecord('notes', unknown)).toBeNull();
      expect(await collections.deleteRecord('notes', unknown)).toBe(false);
    }
    expect(await collections.deleteRecord('notes', String(id))).toBe(true);
    expect((await list('notes')).items).toEqual([]);
  });

  it('keep an id beyond the safe range to the letter', async () => {
    await make('far', field('a', 'integer'));
    await owner.query('alter table data.far alter column id restart with 9007199254740993');
    const record = await collections.createRecord('far', { a: 1 });
    expect(record['id']).toBe('9007199254740993');
    expect(await collections.findRecord('far', '9007199254740993')).toEqual(record);
  });

  it.each([[[]], [['a']], [['-a']], [['-b', 'a']], [['b', '-createdAt']], [['id']]])(
    'are listed once each, sorted by %j, page by page, with ties and nulls',
    async (sort) => {
      const name = `paged${sort.join('').replaceAll('-', 'X')}`;
      await make(name, field('a', 'integer'), field('b', 'string'));
      for (const [a, b] of [
        [1, 'x'],
        [null, 'y'],
        [1, null],
        [2, 'x'],
        [null, null],
        [0, 'y'],
        [1, 'x'],
      ]) {
        await collections.createRecord(name, { a: a as number, b: b as string });
      }
      const paged: unknown[] = [];
      for (let cursor: string | null = null, rounds = 0; rounds < 10; rounds += 1) {
        const page = await list(name, { sort, limit: 2, cursor });
        paged.push(...page.items);
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
      expect(paged).toHaveLength(7);
      expect(paged).toEqual((await list(name, { sort })).items);
    },
  );

  it('have a cursor that nobody can bend', async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const cursor of ['x', encode(['-id']), encode(['a', 1]), encode(['-id', "1' or true"]), encode({})]) {
      await expect(list('notes', { cursor })).rejects.toMatchObject({ name: 'BadCursor' });
    }
  });
});
