import type { Json, JsonObject } from '#shared';

/** Characters of a result that a probe shows. Whole ones would double with each probe that sees another one. */
const SHOWN = 100;

/** What a probe shows of the latest results, by node key, in the order of the keys. */
export function shownResults(results: Iterable<[string, Json]>): JsonObject {
  const entries = [...results].sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, result]) => {
      const text = JSON.stringify(result);
      return [key, text.length <= SHOWN ? text : `${text.length} ${text.slice(0, SHOWN)}`];
    }),
  );
}
