import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';

/**
 * Bytes of a value as UTF-8 JSON. Throws EngineError `result_not_json` for what has no JSON form: cycles, BigInt,
 * nesting too deep for the stack.
 */
export function jsonBytes(value: Json): number {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new EngineError('result_not_json', `The value cannot be written as JSON: ${why}`);
  }
  return text === undefined ? 0 : Buffer.byteLength(text);
}
