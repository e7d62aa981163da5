import type { Json, JsonObject } from '#shared';
import type { FieldType } from './contract.js';

/** Digits that a double holds of any decimal number. */
const EXACT_DIGITS = 15;

/** A whole number as the driver gave it, text or number: a number where JSON's hold it exactly, else a string. */
export function toWholeJson(value: unknown): Json {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/**
 * A decimal number: a JSON number where that has the same value, else its text. `1.10` is 1.1; twenty digits stay a
 * string.
 */
export function toDecimalJson(value: unknown): Json {
  const text = String(value);
  const digits = text.replace(/^-?0*\.?0*|\./g, '').length;
  const number = Number(text);
  const isExact = digits <= EXACT_DIGITS || (/^-?\d+(\.0*)?$/.test(text) && Number.isSafeInteger(number));
  return isExact && Number.isFinite(number) && /^-?\d*\.?\d*$/.test(text) ? number : text;
}

/** A time of the driver: ISO 8601 UTC; `infinity` stays a word. */
export function toTimeJson(value: unknown): Json {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : wordOf(value);
}

/** Infinity and NaN, which only the sql node can have written, are words in JSON. */
function toDoubleJson(value: unknown): Json {
  return typeof value === 'number' && Number.isFinite(value) ? value : wordOf(value);
}

function wordOf(value: unknown): string {
  return String(value).replace('Infinity', 'infinity');
}

const asItIs = (value: unknown) => value as Json;

const TO_JSON: Readonly<Record<FieldType, (value: unknown) => Json>> = {
  string: asItIs,
  text: asItIs,
  integer: asItIs,
  bigint: toWholeJson,
  double: toDoubleJson,
  decimal: toDecimalJson,
  boolean: asItIs,
  // Read as text: the driver would make midnight of the server's zone of it.
  date: asItIs,
  datetime: toTimeJson,
  json: asItIs,
  uuid: asItIs,
};

/** A column's value as JSON shows it. */
export function toFieldJson(type: FieldType, value: unknown): Json {
  return value === null || value === undefined ? null : TO_JSON[type](value);
}

/** A record of a row that `CollectionTable.selection` made with the same prefix. */
export function toRecordJson(
  fields: readonly { name: string; type: FieldType }[],
  row: Readonly<Record<string, unknown>>,
  prefix: string,
): JsonObject {
  return Object.fromEntries(fields.map(({ name, type }, n) => [name, toFieldJson(type, row[`${prefix}${n}`])]));
}
