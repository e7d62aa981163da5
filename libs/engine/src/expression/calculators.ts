import { isDeepStrictEqual } from 'node:util';
import { valueText } from './value-text.js';

export type Calculator = (left: unknown, right: unknown) => boolean;

/** Comparable form of two operands: timestamps when either is a Date, as NocoBase compares them. */
function comparable(left: unknown, right: unknown): [unknown, unknown] | null {
  if (!(left instanceof Date) && !(right instanceof Date)) return [left, right];
  const times = [timeOf(left), timeOf(right)] as const;
  return times[0] === null || times[1] === null ? null : [times[0], times[1]];
}

function timeOf(value: unknown): number | null {
  if (value instanceof Date || typeof value === 'string' || typeof value === 'number') {
    const time = new Date(value).getTime();
    return Number.isNaN(time) ? null : time;
  }
  return null;
}

/**
 * JavaScript's loose equality for primitives and Dates; two arrays or objects are equal when their contents are, and
 * never equal to a primitive: comparing them loosely would call `toString` of a payload.
 */
function equal(left: unknown, right: unknown): boolean {
  const pair = comparable(left, right);
  if (pair === null) return false;
  const [a, b] = pair;
  if (isObject(a) || isObject(b)) return isObject(a) && isObject(b) && isDeepStrictEqual(a, b);
  // eslint-disable-next-line eqeqeq -- "5" equals 5: form fields and query parameters are text
  return a == b;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function ordered(compare: (left: string | number, right: string | number) => boolean): Calculator {
  return (left, right) => {
    const pair = comparable(left, right);
    if (pair === null || isObject(pair[0]) || isObject(pair[1])) return false;
    return compare(pair[0] as string | number, pair[1] as string | number);
  };
}

/** False when either side is absent: an absent value is not the empty text that every text includes. */
function textual(test: (left: string, right: string) => boolean): Calculator {
  return (left, right) => {
    if (left === null || left === undefined || right === null || right === undefined) return false;
    return test(valueText(left), valueText(right));
  };
}

const includesText = textual((left, right) => left.includes(right));

const includes: Calculator = (left, right) =>
  Array.isArray(left) ? left.some((entry) => equal(entry, right)) : includesText(left, right);

function negated(calculator: Calculator): Calculator {
  return (left, right) => !calculator(left, right);
}

const startsWith = textual((left, right) => left.startsWith(right));
const endsWith = textual((left, right) => left.endsWith(right));
const gt = ordered((left, right) => left > right);
const gte = ordered((left, right) => left >= right);
const lt = ordered((left, right) => left < right);
const lte = ordered((left, right) => left <= right);

/** The calculators of the `basic` engine by name, with NocoBase's aliases. */
export const calculators: ReadonlyMap<string, Calculator> = new Map<string, Calculator>([
  ['equal', equal],
  ['==', equal],
  ['notEqual', negated(equal)],
  ['!=', negated(equal)],
  ['gt', gt],
  ['>', gt],
  ['gte', gte],
  ['>=', gte],
  ['lt', lt],
  ['<', lt],
  ['lte', lte],
  ['<=', lte],
  ['includes', includes],
  ['notIncludes', negated(includes)],
  ['startsWith', startsWith],
  ['notStartsWith', negated(startsWith)],
  ['endsWith', endsWith],
  ['notEndsWith', negated(endsWith)],
]);
