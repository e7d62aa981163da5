import type { Json } from '#shared';
import { RejectedRow } from '../contract.js';

/**
 * UTF-8 of a value's JSON. JSON.stringify escapes NUL and lone surrogates, so the bytes are always valid for a `json`
 * column. Throws {@link RejectedRow} for what JSON cannot express (a cycle, a BigInt).
 */
export function jsonBytes(value: Json | object): Buffer {
  try {
    return Buffer.from(JSON.stringify(value), 'utf8');
  } catch (error) {
    throw new RejectedRow('The value cannot be written as JSON.', { cause: error });
  }
}

/** Null stays null: the column is then SQL null. */
export function optionalJsonBytes(value: Json | object): Buffer | null {
  return value === null ? null : jsonBytes(value);
}
