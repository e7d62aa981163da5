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
