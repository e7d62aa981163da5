import { EngineError } from '#engine';
import type { JsonObject } from '#shared';
import { coerceValue } from './coerce-value.js';
import { CollectionTable } from './collection-table.js';
import type { CollectionDefinition, CollectionFault } from './contract.js';

/**
 * Everything that keeps these values from becoming a record, or with `update` a part of one, at once and with pointers
 * into the values; the store itself refuses the first fault. What only the database knows is not among them: duplicates
 * in unique fields.
 */
export function recordFaults(
  { name, fields }: Pick<CollectionDefinition, 'name' | 'fields'>,
  values: JsonObject,
  write: 'create' | 'update',
): CollectionFault[] {
  const table = new CollectionTable(name, fields);
  const given = Object.keys(values).flatMap((field) => valueFaults(table, field, values));
  return [...given, ...fields.flatMap((field) => requiredFaults(field, values, write))];
}

function valueFaults(table: CollectionTable, name: string, values: JsonObject): CollectionFault[] {
  try {
    const field = table.field(name);
    if (field.isReadOnly) {
      return [fault(name, 'read_only_field', `"${name}" is set by the database; leave it out.`)];
    }
    coerceValue(field, values[name] ?? null);
    return [];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [fault(name, error.code, error.message)];
  }
}

function requiredFaults(
  field: CollectionDefinition['fields'][number],
  values: JsonObject,
  write: 'create' | 'update',
): CollectionFault[] {
  const isGiven = Object.hasOwn(values, field.name);
  const isFilled = isGiven ? values[field.name] !== null : write === 'update' || field.default !== null;
  if (!field.required || isFilled) return [];
  return [fault(field.name, 'required_value', `Field "${field.name}" needs a value.`)];
}

function fault(name: string, code: string, message: string): CollectionFault {
  return { pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, code, message };
}
