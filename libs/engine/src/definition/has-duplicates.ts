/**
 * `uniqueItems` of JSON Schema in linear time. The compiler's own compares each with each where the type of the items is
 * not said: a million numbers, two megabytes, stop a process for an hour.
 */
export function hasDuplicates(items: readonly unknown[]): boolean {
  const seen = new Set<string>();
  for (const item of items) {
    const text = canonical(item);
    if (seen.has(text)) return true;
    seen.add(text);
  }
  return false;
}

/** JSON with the names of objects in order, so that equal values are equal texts. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}
