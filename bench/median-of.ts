/**
 * Takes the median of each number in values of one shape; everything else is that of the first value.
 * @param values at least one
 */
export function medianOf<T>(values: readonly T[]): T {
  const first = values[0]!;
  if (typeof first === 'number') return median(values as readonly number[]) as T;
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return first;
  const fields = Object.keys(first) as (keyof T)[];
  const entries = fields.map((field) => [field, medianOf(values.map((value) => value[field]))]);
  return Object.fromEntries(entries) as T;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
