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
