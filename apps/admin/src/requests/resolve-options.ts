import { isJsonObject, type Json, type JsonObject } from '#shared';

/**
 * Options of an entry with their templates resolved, at any depth. One that cannot be resolved is left out, and the
 * preset says that it is missing.
 */
export function resolveOptions(options: JsonObject, resolve: (template: string) => string | null): JsonObject {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]): [string, Json][] => {
      const resolved = resolveValue(value, resolve);
      return resolved === undefined ? [] : [[name, resolved]];
    }),
  );
}

function resolveValue(value: Json, resolve: (template: string) => string | null): Json | undefined {
  if (typeof value === 'string') return value.includes('{{') ? (resolve(value) ?? undefined) : value;
  if (Array.isArray(value)) return value.flatMap((entry) => resolveValue(entry, resolve) ?? []);
  return isJsonObject(value) ? resolveOptions(value, resolve) : value;
}
