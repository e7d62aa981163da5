import type { Json } from '#shared';
import { valueText } from './value-text.js';

/** Deeper results are cut off as null; expressions do not build such things by intent. */
const DEPTH = 64;

/**
 * What a math.js value is as JSON: numbers rounded to 9 decimals, NaN and infinities null, matrices and ranges arrays,
 * big numbers and fractions numbers, complex numbers and units text, several lines the value of the last.
 */
export function mathResult(value: unknown, depth = 0): Json {
  if (typeof value === 'number') return roundedNumber(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return roundedNumber(Number(value));
  if (typeof value !== 'object' || value === null || depth > DEPTH) return null;
  if (Array.isArray(value)) return value.map((entry) => mathResult(entry, depth + 1));
  return objectResult(value, depth);
}

function roundedNumber(value: number): Json {
  if (!Number.isFinite(value)) return null;
  // toFixed writes exponents from 1e21 on; no such number has decimals.
  return Math.abs(value) >= 1e21 ? value : Number(value.toFixed(9)) + 0;
}

function objectResult(value: object, depth: number): Json {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const entries = Object.entries(value).map(([key, entry]): [string, Json] => [key, mathResult(entry, depth + 1)]);
    return Object.fromEntries(entries);
  }
  if (value instanceof Date) return valueText(value);
  const typed = value as { type?: string; entries?: unknown; toNumber?(): number; toArray?(): unknown };
  if (typed.type === 'ResultSet' && Array.isArray(typed.entries)) return mathResult(typed.entries.at(-1), depth + 1);
  if (typed.type !== 'Unit' && typeof typed.toNumber === 'function') return roundedNumber(typed.toNumber());
  if (typeof typed.toArray === 'function') return mathResult(typed.toArray(), depth + 1);
  if (typed.type === 'Fraction') return roundedNumber(Number(value));
  return String(value);
}
