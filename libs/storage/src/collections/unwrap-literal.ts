import { isJsonObject, type Json } from '#shared';

/**
 * The value that a document wrote, where rendered templates stand as `{$value: x}`: x is never looked into, for it may
 * come from a payload.
 */
export function unwrapLiteral(value: Json): Json {
  if (Array.isArray(value)) return value.map(unwrapLiteral);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === '$value') return entries[0]![1];
  return Object.fromEntries(entries.map(([key, inner]) => [key, unwrapLiteral(inner)]));
}
