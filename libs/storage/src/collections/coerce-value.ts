import { EngineError } from '#engine';
import { isUuid, type Json } from '#shared';
import type { FieldType } from './contract.js';
import { FIELD_TYPES, STRING_LENGTH } from './field-types.js';

/** A value as it is bound: text or null, never anything the driver would interpret. */
export type BoundValue = string | null;

const WHOLE = /^[+-]?\d{1,40}$/;
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;
/** More digits than anybody counts in; keeps a payload from storing megabytes as one number. */
const DECIMAL_LENGTH = 1000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const FIRST_TIME = Date.parse('0001-01-01T00:00:00Z');

const INT4 = 2n ** 31n;
const INT8 = 2n ** 63n;

/**
 * The value as the field's type; null stays null. Throws `invalid_value` where it is none; the message does not repeat
 * the value, which may be a secret.
 */
export function coerceValue(field: { name: string; type: FieldType }, value: Json): BoundValue {
  if (value === null) return null;
  const bound = COERCIONS[field.type](value);
  if (bound !== null) return bound;
  throw new EngineError(
    'invalid_value',
    `Field "${field.name}" takes ${FIELD_TYPES[field.type].noun}; it was given ${describe(value)}.`,
  );
}

/** Null: it is no value of the type. */
const COERCIONS: Readonly<Record<FieldType, (value: Exclude<Json, null>) => BoundValue>> = {
  string: (value) => {
    const text = toText(value);
    // Postgres counts code points.
    return text === null || (text.length > STRING_LENGTH && [...text].length > STRING_LENGTH) ? null : text;
  },
  text: toText,
  integer: (value) => toWhole(value, INT4),
  bigint: (value) => toWhole(value, INT8),
  double: (value) => {
    const text = toDecimal(value);
    return text === null || !Number.isFinite(Number(text)) ? null : text;
  },
  decimal: toDecimal,
  boolean: (value) => {
    if (value === 'true' || value === 1) return 'true';
    if (value === 'false' || value === 0) return 'false';
    return typeof value === 'boolean' ? String(value) : null;
  },
  date: (value) => {
    if (typeof value === 'string' && DATE.test(value)) return isCalendarDay(value) ? value : null;
    return typeof value === 'string' ? (toTime(value)?.slice(0, 10) ?? null) : null;
  },
  datetime: toTime,
  json: (value) => (isStorable(value) ? JSON.stringify(value) : null),
  uuid: (value) => (typeof value === 'string' && isUuid(value) ? value.toLowerCase() : null),
};

function toText(value: Exclude<Json, null>): BoundValue {
  if (typeof value === 'object') return null;
  return isStorable(value) ? String(value) : null;
}

function toWhole(value: Exclude<Json, null>, bound: bigint): BoundValue {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return null;
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const text = String(value).trim();
  if (!WHOLE.test(text)) return null;
  const whole = BigInt(text.replace('+', ''));
  return whole >= -bound && whole < bound ? whole.toString() : null;
}

function toDecimal(value: Exclude<Json, null>): BoundValue {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const text = String(value).trim();
  return text.length <= DECIMAL_LENGTH && DECIMAL.test(text) ? text : null;
}

function toTime(value: Exclude<Json, null>): BoundValue {
  const time = typeof value === 'number' ? value : typeof value === 'string' ? parseTime(value) : NaN;
  return time >= FIRST_TIME && time <= LAST_TIME ? new Date(time).toISOString() : null;
}

/** Milliseconds since 1970; a time without a zone is UTC. */
function parseTime(text: string): number {
  if (!DATETIME.test(text) || !isCalendarDay(text.slice(0, 10))) return NaN;
  const hasZone = text.length === 10 || /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  return Date.parse(hasZone ? text : `${text}Z`);
}

function isCalendarDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !text.startsWith('0000') && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Postgres holds neither NUL nor lone surrogates, in text and in jsonb. */
function isStorable(value: Json): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

function describe(value: Exclude<Json, null>): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text that is none';
  return typeof value === 'number' ? 'a number that is none' : 'true or false';
}
