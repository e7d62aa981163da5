import { EngineError } from '#engine';
import type { Json, JsonObject } from '#shared';
import { BadCursor, decodeCursor, encodeCursor } from '../connection/cursor.js';
import type { BoundValues } from './bound-values.js';
import { coerceValue } from './coerce-value.js';
import type { SortKey } from './compile-sort.js';
import { FIELD_TYPES } from './field-types.js';

/** Names what it was sorted by: a cursor does not fit another order. */
export function encodeRecordCursor(keys: readonly SortKey[], record: JsonObject): string {
  return encodeCursor(JSON.stringify([signature(keys), ...keys.map(({ field }) => record[field.name] ?? null)]));
}

/** The condition for records behind the cursor. Throws `BadCursor`. */
export function compileCursor(keys: readonly SortKey[], cursor: string, values: BoundValues, source: string): string {
  const last = decodeValues(keys, cursor);
  const alternatives = keys.map((key, n) => {
    const same = keys.slice(0, n).map((earlier, at) => bindSame(earlier, last[at]!, values, source));
    return [...same, bindBehind(key, last[n]!, values, source)].join(' and ');
  });
  return `(${alternatives.map((alternative) => `(${alternative})`).join(' or ')})`;
}

function bindSame({ field, column }: SortKey, value: Json, values: BoundValues, source: string): string {
  const bound = values.add(bind(field, value), FIELD_TYPES[field.type].cast);
  return `${source}.${column} is not distinct from ${bound}`;
}

/** Postgres sorts null as if it were greater than everything. */
function bindBehind(
  { field, column, isDescending }: SortKey,
  value: Json,
  values: BoundValues,
  source: string,
): string {
  const path = `${source}.${column}`;
  if (value === null) return isDescending ? `${path} is not null` : 'false';
  const bound = values.add(bind(field, value), FIELD_TYPES[field.type].cast);
  return isDescending ? `${path} < ${bound}` : `(${path} > ${bound} or ${path} is null)`;
}

function decodeValues(keys: readonly SortKey[], cursor: string): Json[] {
  const text = decodeCursor(cursor, (id) => id.startsWith('['))!;
  try {
    const [sortedBy, ...values] = JSON.parse(text) as Json[];
    if (sortedBy === signature(keys) && values.length === keys.length) return values;
  } catch {
    // Not what encodeRecordCursor writes.
  }
  throw new BadCursor();
}

function bind(field: SortKey['field'], value: Json) {
  try {
    return coerceValue(field, value);
  } catch (error) {
    if (error instanceof EngineError) throw new BadCursor();
    throw error;
  }
}

function signature(keys: readonly SortKey[]): string {
  return keys.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field.name}`).join(',');
}
