import { isJsonObject, type Json, type JsonObject } from '#shared';
import pg from 'pg';
import { toDecimalJson, toTimeJson, toWholeJson } from '../record-json.js';

const { builtins } = pg.types;

const asText = (text: string) => text;

/** Where the driver's own reading would lose something or depend on the zone of this machine. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [builtins.INT8]: toWholeJson,
  [builtins.NUMERIC]: toDecimalJson,
  [builtins.DATE]: asText,
  [builtins.TIMESTAMP]: asText,
  [builtins.INTERVAL]: asText,
  [builtins.BYTEA]: asText,
};

/** How the values of an sql node's rows are read. */
export const sqlTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    PARSERS[oid] ?? (pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown),
};

/** Rows as JSON objects; of columns with one name the last is kept. */
export function toSqlRows({ columns, rows }: { columns: string[]; rows: unknown[][] }): JsonObject[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, n) => [column, toJson(row[n])])));
}

function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : toTimeJson(value);
  if (value instanceof Date) return toTimeJson(value);
  if (Array.isArray(value)) return value.map(toJson);
  // JSON of the database; the driver makes objects of points and circles too.
  return isJsonObject(value) ? (JSON.parse(JSON.stringify(value)) as Json) : (value as Json);
}
