import { WriteRefused } from '#engine';
import { newId, type Json, type JsonObject } from '#shared';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Database } from '../connection/database.js';
import type { WriteOrigin } from '../connection/transaction.js';
import type { Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';
import { applyRecordWrite, type RecordWrite } from './apply-record-write.js';
import type { RecordChange, RecordListener } from './contract.js';
import { OBSERVED_RECORDS } from './write-records.js';

let testDatabase: TestDatabase;
let storage: Storage;
let database: Database;
let owner: pg.Client;

const ORIGIN: WriteOrigin = {
  executionId: newId(),
  workflowId: 1,
  nodeRunId: newId(),
  nodeKey: 'a',
  stack: [1],
  mode: 'async',
};

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  storage = await openTestStorage(testDatabase.url);
  database = new Database({
    databaseUrl: testDatabase.url,
    applicationName: 'test',
    poolSize: 4,
    statementTimeoutMs: 5000,
  });
  owner = new pg.Client({ connectionString: testDatabase.url });
  await owner.connect();
  await storage.collections.put('orders', {
    fields: [
      { name: 'code', type: 'string', unique: true },
      { name: 'amount', type: 'integer', required: true },
    ],
  });
});

afterAll(async () => {
  await owner?.end();
  await database?.close();
  await storage?.close();
  await testDatabase?.drop();
});

beforeEach(async () => {
  await owner.query('truncate data.orders restart identity');
  await owner.query(`insert into data.orders (code, amount) values ('a', 1), ('b', 2), ('c', 3)`);
});

const write = (write: RecordWrite, listener?: RecordListener): Promise<Json> =>
  database.transaction((transaction) => applyRecordWrite(transaction, write, ORIGIN, listener));

const update = (filter: JsonObject, values: JsonObject): RecordWrite => ({
  kind: 'update_records',
  collection: 'orders',
  filter,
  values,
});

const amounts = async () => {
  const { rows } = await owner.query<{ code: string; amount: number }>(
    'select code, amount from data.orders order by id',
  );
  return Object.fromEntries(rows.map(({ code, amount }) => [code, amount]));
};

/** Listens to everything and remembers it. */
class Witness implements RecordListener {
  readonly changes: RecordChange[] = [];
  readonly roles: string[] = [];

  constructor(private readonly fails = false) {}

  listensTo = () => Promise.resolve(true);

  recordChanged: RecordListener['recordChanged'] = async (transaction, change, origin) => {
    expect(origin).toEqual(ORIGIN);
    this.changes.push(change);
    const [row] = await transaction.query<{ me: string }>(
      'select current_user::text as me from secrets right join (select 1) x on true limit 1',
    );
    this.roles.push(row!.me);
    if (this.fails) throw new Error('no');
  };
}

describe('a write of a node', () => {
  it('answers the record as stored, or how many there were', async () => {
    const created = await write({ kind: 'create_record', collection: 'orders', values: { code: 'd', amount: '4' } });
    expect(created).toMatchObject({ id: 4, code: 'd', amount: 4 });
    expect(await write(update({ amount: { $gte: 3 } }, { amount: 9 }))).toBe(2);
    expect(await write({ kind: 'destroy_records', collection: 'orders', filter: { amount: 9 } })).toBe(2);
    expect(await write({ kind: 'destroy_records', collection: 'orders', filter: { amount: 9 } })).toBe(0);
    expect(await amounts()).toEqual({ a: 1, b: 2 });
  });

  it('commits or is taken back with what else is in the transaction', async () => {
    const failing = database.transaction(async (transaction) => {
      await applyRecordWrite(transaction, update({}, { amount: 0 }), ORIGIN);
      throw new Error('the entry failed');
    });
    await expect(failing).rejects.toThrow('the entry failed');
    expect(await amounts()).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('runs under the restricted role and gives it back for what follows', async () => {
    await owner.query(`create function data.whoami() returns trigger language plpgsql as $$
      begin new.code := current_user; return new; end $$`);
    await owner.query('create trigger whoami before insert on data.orders for each row execute function data.whoami()');
    try {
      await database.transaction(async (transaction) => {
        const values = { amount: 1 };
        const created = await applyRecordWrite(
          transaction,
          { kind: 'create_record', collection: 'orders', values },
          ORIGIN,
        );
        expect((created as JsonObject)['code']).toMatch(/^hookmill_data_/);
        const [row] = await transaction.query<{ same: boolean }>(
          'select current_user = session_user as same from secrets right join (select 1) x on true',
        );
        expect(row).toEqual({ same: true });
      });
    } finally {
      await owner.query('drop trigger whoami on data.orders');
    }
  });

  it.each<[string, RecordWrite]>([
    ['not_unique', { kind: 'create_record', collection: 'orders', values: { code: 'a', amount: 1 } }],
    ['required_value', { kind: 'create_record', collection: 'orders', values: { code: 'z' } }],
    ['invalid_value', update({}, { amount: 'abc' })],
    ['invalid_value', update({ amount: 'abc' }, { amount: 1 })],
    ['unknown_field', update({}, { nothing: 1 })],
    ['unknown_field', update({ nothing: 1 }, { amount: 1 })],
    ['read_only_field', update({}, { createdAt: null })],
    ['invalid_filter', update({ amount: {} }, { amount: 1 })],
    ['invalid_filter', { kind: 'destroy_records', collection: 'orders', filter: { $or: [] } }],
    ['unknown_collection', { kind: 'destroy_records', collection: 'none', filter: {} }],
    ['not_unique', update({}, { code: 'same' })],
    ['required_value', update({}, { amount: null })],
  ])('is refused with %s, and nothing was written: %j', async (code, refused) => {
    const error: unknown = await write(refused).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WriteRefused);
    expect(error).toMatchObject({ code });
    expect(await amounts()).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('goes on after its collection was changed between reading and writing', async () => {
    let rounds = 0;
    const created = database.transaction(async (transaction) => {
      rounds += 1;
      const slow = {
        query: async <R extends object>(text: string, values?: readonly unknown[]) => {
          const rows = await transaction.query<R>(text, values);
          // Behind the reading of the definition, in front of the insert.
          if (rounds === 1 && text.includes('set_config') && text.includes('collections'))
            await owner.query('alter table data.orders rename column code to other');
          return rows;
        },
      };
      if (rounds === 2) await owner.query('alter table data.orders rename column other to code');
      return applyRecordWrite(slow, { kind: 'create_record', collection: 'orders', values: { amount: 5 } }, ORIGIN);
    });
    expect(await created).toMatchObject({ amount: 5 });
    expect(rounds).toBe(2);
  });
});

describe('whoever listens to changes', () => {
  it('gets each record as it was and as it is, in the transaction and with the rights of our own tables', async () => {
    const witness = new Witness();
    await write({ kind: 'create_record', collection: 'orders', values: { code: 'd', amount: 4 } }, witness);
    expect(await write(update({ amount: { $gt: 2 } }, { amount: 0 }), witness)).toBe(2);
    expect(await write({ kind: 'destroy_records', collection: 'orders', filter: { code: 'a' } }, witness)).toBe(1);
    expect(witness.changes).toMatchObject([
      { event: 'created', records: [{ before: null, after: { id: 4, code: 'd', amount: 4 } }] },
      {
        event: 'updated',
        records: [
          { before: { id: 3, code: 'c', amount: 3 }, after: { id: 3, code: 'c', amount: 0 } },
          { before: { id: 4, amount: 4 }, after: { id: 4, amount: 0 } },
        ],
      },
      { event: 'deleted', records: [{ before: { id: 1, code: 'a', amount: 1 }, after: null }] },
    ]);
    const { rows } = await owner.query('select current_user::text as me');
    expect(new Set(witness.roles)).toEqual(new Set([(rows[0] as { me: string }).me]));
  });

  it('is not told of a write that met no record', async () => {
    const witness = new Witness();
    expect(await write(update({ code: 'none' }, { amount: 0 }), witness)).toBe(0);
    expect(witness.changes).toEqual([]);
  });

  it('takes the write back by failing', async () => {
    await expect(write(update({}, { amount: 0 }), new Witness(true))).rejects.toThrow('no');
    expect(await amounts()).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('sees what a concurrent write left, never a lost update', async () => {
    const witness = new Witness();
    const increments = Array.from({ length: 4 }, (_, n) => write(update({ code: 'a' }, { amount: 10 + n }), witness));
    await Promise.all(increments);
    const steps = witness.changes.map(({ records: [record] }) => [record!.before!['amount'], record!.after!['amount']]);
    const after = steps.map(([, value]) => value);
    expect(steps.map(([value]) => value)).toEqual([1, ...after.slice(0, -1)]);
  });

  it('is not handed more records than fit in memory: the write is refused', async () => {
    await owner.query(`insert into data.orders (amount) select 7 from generate_series(1, ${OBSERVED_RECORDS + 1})`);
    const many: RecordWrite = { kind: 'destroy_records', collection: 'orders', filter: { amount: 7 } };
    await expect(write(many, new Witness())).rejects.toMatchObject({ name: 'WriteRefused', code: 'too_many_records' });
    expect(await write(many)).toBe(OBSERVED_RECORDS + 1);
  });
});
