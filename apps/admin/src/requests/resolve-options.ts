import { isJsonObject, type Json, type JsonObject } from '#shared';

export interface ResolvedOptions {
  values: JsonObject;
  /** False when a template could not be resolved: nothing passes then, as in the gateway. */
  areComplete: boolean;
}

/** Options of an entry with their templates resolved, at any depth. One that cannot be resolved is left out. */
export function resolveOptions(options: JsonObject, resolve: (template: string) => string | null): ResolvedOptions {
  let areComplete = true;
  const fill = (value: Json): Json | undefined => {
    if (typeof value === 'string' && value.includes('{{')) {
      const text = resolve(value);
      if (text === null) areComplete = false;
      return text ?? undefined;
    }
    if (Array.isArray(value)) return value.flatMap((entry) => fill(entry) ?? []);
    return isJsonObject(value) ? members(value) : value;
  };
  const members = (value: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, entry]): [string, Json][] => {
        const resolved = fill(entry);
        return resolved === undefined ? [] : [[name, resolved]];
      }),
    );
  return { values: members(options), areComplete };
}
