import type { Page } from '../contract.js';
import { encodeCursor } from './cursor.js';

/** A page of `limit` items from `limit + 1` rows: the extra row only tells that there is more. */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  read: (row: R) => T,
  idOf: (row: R) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(read),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(idOf(last)) : null,
  };
}
