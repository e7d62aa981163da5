/**
 * Smallest and largest of a batch's ids. `id = any($1)` prunes no partitions when the plan is a cached one, a range
 * over parameters does.
 */
export function idBounds(ids: readonly string[]): [string, string] {
  let low = ids[0]!;
  let high = low;
  for (const id of ids) {
    if (id < low) low = id;
    if (id > high) high = id;
  }
  return [low, high];
}
