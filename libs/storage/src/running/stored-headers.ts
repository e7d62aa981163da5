import type { HeaderList } from '#shared';

/** Headers as they lie in a row: a list of pairs, or, written by the first release, an object of joined values. */
export type StoredHeaders = HeaderList | Readonly<Record<string, string>>;

/** Headers of a row as a list; those of an object in its order. */
export function toHeaderList(stored: StoredHeaders): HeaderList {
  return isList(stored) ? stored : Object.entries(stored);
}

function isList(stored: StoredHeaders): stored is HeaderList {
  return Array.isArray(stored);
}
