import { EngineError, type RecordAggregation, type RecordQuery } from '#engine';
import type { JsonObject } from '#shared';
import type { Transaction } from '../connection/transaction.js';
import type { Page } from '../page.js';
import { BoundValues } from './bound-values.js';
import type { CollectionTable } from './collection-table.js';
import { compileAggregate } from './compile-aggregate.js';
import { compileFilter } from './compile-filter.js';
import { compileSort, orderBy } from './compile-sort.js';
import type { RecordList } from './contract.js';
import { compileCursor, encodeRecordCursor } from './record-cursor.js';

type Row = Record<string, unknown>;

/** Records of one page: as many as the sql node may read (SQL_LIMITS). */
const PAGE_SIZE = 10_000;

/** Offsets beyond it fit no bigint that a table could count to; a page number from a payload may be anything. */
const LAST_OFFSET = 2 ** 52;

/** Records of one page, counted. Throws `invalid_query` and what filter and sort throw. */
export async function queryRecords(
  transaction: Transaction,
  table: CollectionTable,
  { filter, sort, page, pageSize }: RecordQuery,
): Promise<JsonObject[]> {
  const isPage = Number.isInteger(page) && page >= 1 && page * pageSize <= LAST_OFFSET;
  if (!isPage || !Number.isInteger(pageSize) || pageSize < 1 || pageSize > PAGE_SIZE) {
    throw new EngineError('invalid_query', `page counts from 1, and pageSize is 1 to ${PAGE_SIZE}.`);
  }
  const values = new BoundValues();
  const where = compileFilter(table, filter, values, 't');
  const order = orderBy(compileSort(table, sort), 't');
  const limit = values.add(pageSize, 'bigint');
  const offset = values.add((page - 1) * pageSize, 'bigint');
  const rows = await transaction.query<Row>(
    `select ${table.selection('t', 'r')} from ${table.sql} t where ${where} order by ${order} limit ${limit} offset ${offset}`,
    values.list,
  );
  return rows.map((row) => table.read(row, 'r'));
}

/** Records behind a cursor. Throws `BadCursor` and what filter and sort throw. */
export async function listRecords(
  transaction: Transaction,
  table: CollectionTable,
  { filter, sort, limit, cursor }: RecordList,
): Promise<Page<JsonObject>> {
  const values = new BoundValues();
  const keys = compileSort(table, sort, '-id');
  const matching = compileFilter(table, filter, values, 't');
  const where = cursor === null ? matching : `(${matching}) and ${compileCursor(keys, cursor, values, 't')}`;
  const rows = await transaction.query<Row>(
    `select ${table.selection('t', 'r')} from ${table.sql} t where ${where} order by ${orderBy(keys, 't')}
      limit ${values.add(limit + 1, 'bigint')}`,
    values.list,
  );
  const items = rows.slice(0, limit).map((row) => table.read(row, 'r'));
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items, nextCursor: hasMore ? encodeRecordCursor(keys, last) : null };
}

export async function findRecord(
  transaction: Transaction,
  table: CollectionTable,
  id: string,
): Promise<JsonObject | null> {
  const values = new BoundValues();
  const text = `select ${table.selection('t', 'r')} from ${table.sql} t where t."id" = ${values.add(id, 'bigint')}`;
  const [row] = await transaction.query<Row>(text, values.list);
  return row === undefined ? null : table.read(row, 'r');
}

/** Throws `invalid_aggregate` and what the filter throws. */
export async function aggregateRecords(
  transaction: Transaction,
  table: CollectionTable,
  aggregation: RecordAggregation,
): Promise<number | string | null> {
  const values = new BoundValues();
  const { expression, read } = compileAggregate(table, aggregation);
  const where = compileFilter(table, aggregation.filter, values, 't');
  const [row] = await transaction.query<Row>(
    `select ${expression} as value from ${table.sql} t where ${where}`,
    values.list,
  );
  const value = row!['value'];
  return value === null ? null : (read(value) as number | string | null);
}
