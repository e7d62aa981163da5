import { EngineError } from '#engine';
import { indexName } from './index-name.js';
import type { CollectionTable } from './collection-table.js';

/** What is looked at of an error of Postgres. */
interface ServerError {
  code?: unknown;
  severity?: unknown;
  constraint?: unknown;
  column?: unknown;
}

/**
 * The definition changed between reading it and the statement built from it. It looks like a lost serialization race,
 * which it is: `Database.transaction` runs the work again, and that reads the new definition.
 */
class DefinitionChanged extends Error {
  override readonly name = 'DefinitionChanged';
  readonly severity = 'ERROR';
  readonly code = '40001';

  constructor(options: ErrorOptions) {
    super('The collection was being changed.', options);
  }
}

/** SQLSTATE classes that only values of the caller can cause: data exception, program limit (too long for an index). */
const VALUE_CLASSES = new Set(['22', '54']);

/** The error to throw for one that a statement on records failed with: `EngineError` where the caller's data did it. */
export function describeFault(table: CollectionTable, error: unknown): unknown {
  const { code, severity, constraint, column } = (error ?? {}) as ServerError;
  if (severity === undefined || typeof code !== 'string') return error;
  if (code === '42P01' || code === '42703') return new DefinitionChanged({ cause: error });
  if (code === '23505') return notUnique(table, constraint);
  if (code === '23502') {
    return new EngineError('required_value', `Field "${String(column)}" of "${table.name}" needs a value.`);
  }
  if (!VALUE_CLASSES.has(code.slice(0, 2))) return error;
  return new EngineError('invalid_value', `"${table.name}" cannot hold the value: ${(error as Error).message}.`);
}

function notUnique(table: CollectionTable, constraint: unknown): EngineError {
  const field = table.definition.find(({ name }) => indexName(table.name, name, 'unique') === constraint);
  const what = field === undefined ? 'a value' : `the value of "${field.name}"`;
  const message = `Another record of "${table.name}" has ${what} already, and it is unique.`;
  return new EngineError('not_unique', message, field === undefined ? undefined : { field: field.name });
}
