import type { FieldType } from './contract.js';

/** What storage needs to know of a type of field. */
export interface FieldKind {
  /** Type of the column. */
  column: string;
  /** Type that a bound value is cast to; without the column's length, so that nothing is cut off silently. */
  cast: string;
  /** Has smaller and greater values: may be compared, sorted by, and asked for its least and greatest. */
  isOrdered: boolean;
  isNumber: boolean;
  isText: boolean;
  /** Types it can become without losing a value. */
  widens: readonly FieldType[];
  /** For messages: a value of this type. */
  noun: string;
}

const kind = (noun: string, column: string, cast: string, traits: Partial<FieldKind> = {}): FieldKind => ({
  noun,
  column,
  cast,
  isOrdered: true,
  isNumber: false,
  isText: false,
  widens: [],
  ...traits,
});

/** Characters of a `string`: what NocoBase's have, and few enough for any index. */
export const STRING_LENGTH = 255;

/**
 * Times are kept to the millisecond, which is all that JSON shows: what was read can be filtered by. `json` is `jsonb`,
 * which can be compared and indexed by the sql node; it keeps no order of keys.
 */
export const FIELD_TYPES: Readonly<Record<FieldType, FieldKind>> = {
  string: kind(`text of at most ${STRING_LENGTH} characters`, `varchar(${STRING_LENGTH})`, 'text', {
    isText: true,
    widens: ['text'],
  }),
  text: kind('text', 'text', 'text', { isText: true }),
  integer: kind('a whole number of 32 bits', 'int', 'int', {
    isNumber: true,
    widens: ['bigint', 'double', 'decimal'],
  }),
  bigint: kind('a whole number of 64 bits; beyond 2^53 as a string', 'bigint', 'bigint', {
    isNumber: true,
    widens: ['decimal'],
  }),
  double: kind('a number', 'double precision', 'double precision', { isNumber: true }),
  decimal: kind('a decimal number', 'numeric', 'numeric', { isNumber: true }),
  boolean: kind('true or false', 'boolean', 'boolean', { isOrdered: false }),
  date: kind('a date as YYYY-MM-DD', 'date', 'date'),
  datetime: kind('a time as ISO 8601, or milliseconds since 1970', 'timestamptz(3)', 'timestamptz'),
  json: kind('JSON without NUL characters and lone surrogates', 'jsonb', 'jsonb', { isOrdered: false }),
  uuid: kind('a UUID', 'uuid', 'uuid', { widens: ['string', 'text'] }),
};

export function isFieldType(value: unknown): value is FieldType {
  return typeof value === 'string' && Object.hasOwn(FIELD_TYPES, value);
}
