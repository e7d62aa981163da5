import { EngineError } from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { coerceValue } from './coerce-value.js';
import type { CollectionFault, CollectionField } from './contract.js';
import { FIELD_TYPES, isFieldType } from './field-types.js';
import { NAME } from './quote-identifier.js';

/** A definition that can be made a table. */
export interface ParsedDefinition {
  title: string | null;
  fields: CollectionField[];
}

/** Postgres allows 1,600 columns, dropped ones included: this leaves room for many changes. */
const FIELDS = 250;

const TITLE_LENGTH = 255;

/** In lower case. Every table has them, or paths of templates never lead into them. */
const RESERVED_FIELDS = new Set(['id', 'createdat', 'updatedat', 'constructor', 'prototype']);

const RESERVED_COLLECTION = /^(pg_|constructor$|prototype$)/i;

const DEFINITION_KEYS = new Set(['name', 'title', 'fields']);
const FIELD_KEYS = new Set(['name', 'type', 'required', 'default', 'unique', 'index']);

/** Checks a body of `PUT /collections/:name`; every fault with its pointer, none in a definition that comes back. */
export function parseDefinition(name: string, body: Json): ParsedDefinition | { faults: CollectionFault[] } {
  const faults: CollectionFault[] = [];
  const report: Report = (pointer, code, message) => void faults.push({ pointer, code, message });
  checkName(name, report);
  if (!isJsonObject(body)) {
    report('', 'type', 'The body is an object with title and fields.');
    return { faults };
  }
  checkKeys(body, DEFINITION_KEYS, '', report);
  if (body['name'] !== undefined && body['name'] !== name) report('/name', 'name', 'The name is that of the URL.');
  const title = parseTitle(body['title'], report);
  const fields = parseFields(body['fields'], report);
  return faults.length > 0 ? { faults } : { title, fields };
}

type Report = (pointer: string, code: string, message: string) => void;

const NAME_RULE = 'A name starts with a small letter and has at most 63 letters (a-z, A-Z), digits and underscores.';

function checkName(name: string, report: Report): void {
  if (!NAME.test(name)) report('/name', 'name', NAME_RULE);
  else if (RESERVED_COLLECTION.test(name)) report('/name', 'reserved_name', 'The name is reserved; take another one.');
}

function checkKeys(object: JsonObject, known: ReadonlySet<string>, pointer: string, report: Report): void {
  for (const key of Object.keys(object)) {
    if (known.has(key)) continue;
    const escaped = key.replaceAll('~', '~0').replaceAll('/', '~1');
    report(`${pointer}/${escaped}`, 'unknown_property', `Unknown property; there are ${[...known].join(', ')}.`);
  }
}

function parseTitle(title: Json | undefined, report: Report): string | null {
  if (title === undefined || title === null) return null;
  const isTitle = typeof title === 'string' && title.length <= TITLE_LENGTH;
  if (isTitle && !title.includes('\0') && title.isWellFormed()) return title;
  report('/title', 'type', `The title is text of at most ${TITLE_LENGTH} characters.`);
  return null;
}

function parseFields(fields: Json | undefined, report: Report): CollectionField[] {
  if (!Array.isArray(fields)) {
    report('/fields', 'type', 'fields is a list of {name, type, required, default, unique, index}.');
    return [];
  }
  if (fields.length > FIELDS) {
    report('/fields', 'too_many_fields', `A collection has at most ${FIELDS} fields.`);
    return [];
  }
  const seen = new Set<string>();
  return fields.flatMap((field, n) => parseField(field, `/fields/${n}`, seen, report) ?? []);
}

/** Null when it is none; what is wrong was reported. */
function parseField(field: Json, pointer: string, seen: Set<string>, report: Report): CollectionField | null {
  if (!isJsonObject(field)) {
    report(pointer, 'type', 'A field is an object with name and type.');
    return null;
  }
  checkKeys(field, FIELD_KEYS, pointer, report);
  const { name, type } = field;
  checkFieldName(name, `${pointer}/name`, seen, report);
  if (!isFieldType(type))
    report(`${pointer}/type`, 'type', `The type is one of ${Object.keys(FIELD_TYPES).join(', ')}.`);
  const required = parseSwitch(field, 'required', pointer, report);
  const unique = parseSwitch(field, 'unique', pointer, report);
  const index = parseSwitch(field, 'index', pointer, report);
  if (typeof name !== 'string' || !isFieldType(type)) return null;
  const parsed = { name, type, required, default: field['default'] ?? null, unique, index };
  if (type === 'json' && (unique || index)) {
    report(`${pointer}/${unique ? 'unique' : 'index'}`, 'no_index', 'A field of type json has no index.');
  }
  checkDefault(parsed, `${pointer}/default`, report);
  return parsed;
}

function checkFieldName(name: Json | undefined, pointer: string, seen: Set<string>, report: Report): void {
  if (typeof name !== 'string' || !NAME.test(name)) return report(pointer, 'name', NAME_RULE);
  // Names that differ in case only would be one name in an sql node that does not quote them.
  const folded = name.toLowerCase();
  if (RESERVED_FIELDS.has(folded))
    report(pointer, 'reserved_name', 'Every record has this by itself, or it is reserved.');
  if (seen.has(folded))
    report(pointer, 'duplicate', 'Another field has this name; capital letters make no difference.');
  seen.add(folded);
}

function checkDefault(field: CollectionField, pointer: string, report: Report): void {
  try {
    coerceValue(field, field.default);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    report(pointer, error.code, error.message);
  }
}

function parseSwitch(field: JsonObject, key: string, pointer: string, report: Report): boolean {
  const value = field[key] ?? false;
  if (typeof value === 'boolean') return value;
  report(`${pointer}/${key}`, 'type', `${key} is true or false.`);
  return false;
}
