import { BadCursor, type Page } from '#storage';

/** One page of items that are in order; the cursor is the id of the last item. */
export function pageOf<T>(items: T[], limit: number, cursor: string | null, id: (item: T) => string): Page<T> {
  const at = cursor === null ? 0 : items.findIndex((item) => id(item) === cursor) + 1;
  if (cursor !== null && at === 0) throw new BadCursor();
  const page = items.slice(at, at + limit);
  const last = page.at(-1);
  return { items: page, nextCursor: last && at + limit < items.length ? id(last) : null };
}
