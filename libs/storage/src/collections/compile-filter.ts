import { EngineError } from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { BoundValues } from './bound-values.js';
import type { CollectionTable } from './collection-table.js';
import { compileCondition } from './compile-condition.js';
import { unwrapLiteral } from './unwrap-literal.js';

/** Nesting that nobody writes; deeper ones are attacks on the stack. */
const DEPTH = 20;

/** Conditions of one filter: Postgres plans each of them. */
const CONDITIONS = 500;

interface Compilation {
  table: CollectionTable;
  /** Alias of the table in the statement. */
  source: string;
  values: BoundValues;
  conditions: number;
}

/**
 * A filter as a boolean SQL expression over `source`, all values bound; `true` for an empty one. Keys are operators or
 * fields of the collection, nothing else. What stands in `{$value: x}` is literally x.
 *
 * Throws `invalid_filter`, `unknown_field` or `invalid_value`.
 */
export function compileFilter(table: CollectionTable, filter: JsonObject, values: BoundValues, source: string): string {
  return compileGroup({ table, source, values, conditions: 0 }, filter, 0);
}

function compileGroup(compilation: Compilation, filter: Json | undefined, depth: number): string {
  if (!isJsonObject(filter)) throw new EngineError('invalid_filter', 'A filter is an object of fields and conditions.');
  if (depth > DEPTH) throw new EngineError('invalid_filter', `A filter is nested more than ${DEPTH} levels deep.`);
  const parts = Object.entries(filter).map(([key, value]) => compileEntry(compilation, key, value, depth));
  return parts.length === 0 ? 'true' : parts.join(' and ');
}

function compileEntry(compilation: Compilation, key: string, value: Json, depth: number): string {
  switch (key) {
    case '$and':
      return joinGroups(compilation, key, value, depth, ' and ');
    case '$or':
      return joinGroups(compilation, key, value, depth, ' or ');
    case '$not':
      // What is unknown (a comparison with null) does not hold, so its opposite does.
      return `(${compileGroup(compilation, value, depth + 1)}) is not true`;
    default:
      return compileField(compilation, key, value);
  }
}

function joinGroups(compilation: Compilation, key: string, value: Json, depth: number, by: string): string {
  if (!Array.isArray(value) || value.length === 0) {
    throw new EngineError('invalid_filter', `${key} takes a list of at least one filter.`);
  }
  return `(${value.map((group) => `(${compileGroup(compilation, group, depth + 1)})`).join(by)})`;
}

function compileField(compilation: Compilation, name: string, value: Json): string {
  if (name.startsWith('$')) {
    throw new EngineError('invalid_filter', 'Only $and, $or, $not and fields may stand here.');
  }
  const { table, source, values } = compilation;
  const field = table.field(name);
  const column = `${source}.${table.column(name)}`;
  const conditions = Object.entries(conditionsOf(name, value));
  compilation.conditions += conditions.length;
  if (compilation.conditions > CONDITIONS) {
    throw new EngineError('invalid_filter', `A filter has more than ${CONDITIONS} conditions.`);
  }
  const parts = conditions.map(([operator, operand]) =>
    compileCondition({ field, column, values }, operator, unwrapLiteral(operand)),
  );
  return `(${parts.join(' and ')})`;
}

/** `{field: value}` is short for `{field: {$eq: value}}`. */
function conditionsOf(name: string, value: Json): JsonObject {
  if (!isJsonObject(value) || isLiteral(value)) return { $eq: value };
  // No condition would hold for every record, which nobody means who names a field.
  if (Object.keys(value).length > 0) return value;
  throw new EngineError('invalid_filter', `The condition of "${name}" is empty; write for example {"$eq": ...}.`);
}

function isLiteral(value: JsonObject): boolean {
  return Object.keys(value).length === 1 && Object.hasOwn(value, '$value');
}
