import { isJsonObject, type Json, type JsonObject } from '#shared';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes that are UTF-8 without exception; null for others. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** The JSON object that bytes hold; null when they hold anything else. A name that occurs twice counts as its last. */
export function readJsonObject(bytes: Uint8Array): JsonObject | null {
  return parsed(bytes, undefined);
}

/** As {@link readJsonObject}, with every number as the text that it was written as: nothing is rounded. */
export function readLosslessJsonObject(bytes: Uint8Array): JsonObject | null {
  // The third parameter is newer than the library's types.
  const keepSource = (_name: string, value: Json, context?: { source?: string }): Json =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value;
  return parsed(bytes, keepSource as (name: string, value: Json) => Json);
}

/** A member of an object: own ones only, whatever they are named. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A member that is a text with something in it; null for anything else. */
export function textMember(value: Json | undefined, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === 'string' && member !== '' ? member : null;
}

function parsed(bytes: Uint8Array, reviver: ((name: string, value: Json) => Json) | undefined): JsonObject | null {
  const text = decodeUtf8(bytes);
  if (text === null) return null;
  try {
    const value = JSON.parse(text, reviver) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    // Besides text that is no JSON: a reviver on very deep JSON exhausts the stack.
    return null;
  }
}
