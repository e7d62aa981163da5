import { EngineError } from '#engine';
import type { CollectionTable, TableField } from './collection-table.js';
import { FIELD_TYPES } from './field-types.js';

export interface SortKey {
  field: TableField;
  /** Quoted, without a table. */
  column: string;
  isDescending: boolean;
}

/** Fields to sort by at once: more say nothing. */
const SORT_FIELDS = 10;

/**
 * Sort keys of names with `-` for descending; the id follows, in the direction of the last name, so that the order is
 * total. Throws `invalid_sort` or `unknown_field`.
 */
export function compileSort(table: CollectionTable, sort: readonly string[], fallback: 'id' | '-id' = 'id'): SortKey[] {
  if (sort.length > SORT_FIELDS) throw new EngineError('invalid_sort', `Sort by at most ${SORT_FIELDS} fields.`);
  const keys = (sort.length === 0 ? [fallback] : sort).map((name) => toSortKey(table, name));
  const byId = keys.findIndex(({ field }) => field.name === 'id');
  if (byId >= 0) return keys.slice(0, byId + 1);
  return [...keys, { ...toSortKey(table, 'id'), isDescending: keys.at(-1)!.isDescending }];
}

export function orderBy(keys: readonly SortKey[], source: string): string {
  return keys.map(({ column, isDescending }) => `${source}.${column} ${isDescending ? 'desc' : 'asc'}`).join(', ');
}

function toSortKey(table: CollectionTable, name: unknown): SortKey {
  if (typeof name !== 'string') throw new EngineError('invalid_sort', 'Sort by names of fields.');
  const isDescending = name.startsWith('-');
  const field = table.field(isDescending ? name.slice(1) : name);
  const { isOrdered } = FIELD_TYPES[field.type];
  if (!isOrdered && field.type !== 'boolean') {
    throw new EngineError('invalid_sort', `"${field.name}" has no order: it is a field of type ${field.type}.`);
  }
  return { field, column: table.column(field.name), isDescending };
}
