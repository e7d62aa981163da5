import type { Json } from '#shared';

/** The key, plain or with any letter escaped: `_` is u005f and so on, so an escape before a colon is enough to look. */
const SUSPECT = /__proto__|\\u/;

/**
 * Parses JSON text; members named `__proto__` are left out, so that no copy of the value can carry them to a prototype.
 * Of equal names the last wins, as in ECMA-404 parsers at large.
 *
 * @throws SyntaxError when it is not JSON.
 */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (SUSPECT.test(text)) dropPrototypeKeys(value);
  return value;
}

/**
 * The same with every number as the text it was written as: 9007199254740993 and 9007199254740992 are one number to
 * JavaScript and two delivery ids to their sender.
 */
export function parseJsonLossless(text: string): Json {
  const value = JSON.parse(text, ((_key: string, entry: Json, context?: { source?: string }) =>
    typeof entry === 'number' ? (context?.source ?? String(entry)) : entry) as (
    key: string,
    entry: Json,
  ) => Json) as Json;
  if (SUSPECT.test(text)) dropPrototypeKeys(value);
  return value;
}

/** Depth is limited before parsing, so recursion is safe. */
function dropPrototypeKeys(value: Json): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) delete value['__proto__'];
  for (const entry of Object.values(value)) dropPrototypeKeys(entry);
}
