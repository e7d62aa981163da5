import { EngineError } from '#engine';
import type { Json, JsonObject } from '#shared';
import type { Transaction } from '../connection/transaction.js';
import { BoundValues } from './bound-values.js';
import { coerceValue } from './coerce-value.js';
import type { CollectionTable } from './collection-table.js';
import { FIELD_TYPES } from './field-types.js';

type Row = Record<string, unknown>;

/** A record before and after a write. */
export interface WrittenRecord {
  before: JsonObject | null;
  after: JsonObject | null;
}

/** Records that one write may hand to triggers: each is held in memory twice, and may start an execution. */
export const OBSERVED_RECORDS = 10_000;

/** Which records a write is about: `filter` is SQL over `t`, its values in `values`. */
export interface Selected {
  filter: string;
  values: BoundValues;
}

/** Stores a record and answers it with everything the database filled in. */
export async function insertRecord(
  transaction: Transaction,
  table: CollectionTable,
  given: JsonObject,
): Promise<JsonObject> {
  const values = new BoundValues();
  const assigned = assignments(table, given, values);
  const target = `insert into ${table.sql} as t`;
  const columns = assigned.map(({ column }) => column).join(', ');
  const inserted = assigned.map(({ value }) => value).join(', ');
  const source = assigned.length === 0 ? 'default values' : `(${columns}) values (${inserted})`;
  const [row] = await transaction.query<Row>(`${target} ${source} returning ${table.selection('t', 'r')}`, values.list);
  return table.read(row!, 'r');
}

/** Changes the given fields of every record that matches, and tells their number. */
export async function updateRecords(
  transaction: Transaction,
  table: CollectionTable,
  { filter, values }: Selected,
  given: JsonObject,
): Promise<number> {
  const set = compileSet(table, given, values);
  const text = `with written as (update ${table.sql} t set ${set} where ${filter} returning 1)
    select count(*)::int as count from written`;
  const [row] = await transaction.query<{ count: number }>(text, values.list);
  return row!.count;
}

/** As {@link updateRecords}, and tells how each record was and is. */
export async function updateObserved(
  transaction: Transaction,
  table: CollectionTable,
  { filter, values }: Selected,
  given: JsonObject,
): Promise<WrittenRecord[]> {
  const set = compileSet(table, given, values);
  const locked = lockMatching(table, filter);
  const text = `${locked}, written as (
      update ${table.sql} t set ${set} from matching m where t."id" = m."id" returning t.*
    )
    select ${table.selection('m', 'b')}, ${table.selection('w', 'a')}
    from matching m join written w on w."id" = m."id" order by m."id"`;
  const rows = await transaction.query<Row>(text, values.list);
  refuseTooMany(table, rows);
  return rows.map((row) => ({ before: table.read(row, 'b'), after: table.read(row, 'a') }));
}

/** Deletes every record that matches, and tells their number. */
export async function deleteRecords(
  transaction: Transaction,
  table: CollectionTable,
  { filter, values }: Selected,
): Promise<number> {
  const text = `with written as (delete from ${table.sql} t where ${filter} returning 1)
    select count(*)::int as count from written`;
  const [row] = await transaction.query<{ count: number }>(text, values.list);
  return row!.count;
}

/** As {@link deleteRecords}, and tells how each record was. */
export async function deleteObserved(
  transaction: Transaction,
  table: CollectionTable,
  { filter, values }: Selected,
): Promise<WrittenRecord[]> {
  const text = `${lockMatching(table, filter)}, written as (
      delete from ${table.sql} t using matching m where t."id" = m."id" returning t.*
    )
    select ${table.selection('w', 'b')} from written w order by w."id"`;
  const rows = await transaction.query<Row>(text, values.list);
  refuseTooMany(table, rows);
  return rows.map((row) => ({ before: table.read(row, 'b'), after: null }));
}

/**
 * The rows as they are, locked in the order of their ids, so that two such writes do not deadlock; one more than may be
 * observed, to tell that there are more.
 */
function lockMatching(table: CollectionTable, filter: string): string {
  return `with matching as materialized (
      select t.* from ${table.sql} t where ${filter} order by t."id" limit ${OBSERVED_RECORDS + 1} for update
    )`;
}

function refuseTooMany(table: CollectionTable, rows: readonly Row[]): void {
  if (rows.length <= OBSERVED_RECORDS) return;
  throw new EngineError(
    'too_many_records',
    `The write is about more than ${OBSERVED_RECORDS} records of "${table.name}", whose changes start workflows; write them in parts.`,
  );
}

function compileSet(table: CollectionTable, given: JsonObject, values: BoundValues): string {
  const assigned = assignments(table, given, values).map(({ column, value }) => `${column} = ${value}`);
  return [...assigned, '"updatedAt" = now()'].join(', ');
}

function assignments(table: CollectionTable, given: JsonObject, values: BoundValues) {
  return Object.entries(given).map(([name, value]: [string, Json]) => {
    const field = table.field(name);
    if (field.isReadOnly) throw new EngineError('read_only_field', `"${name}" is set by the database; leave it out.`);
    const bound = coerceValue(field, value);
    return { column: table.column(name), value: values.add(bound, FIELD_TYPES[field.type].cast) };
  });
}
