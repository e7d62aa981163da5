/**
 * Looks until it is good, at most `timeoutMs`.
 * @throws Error with what was seen last
 */
export async function eventually<T>(
  look: () => Promise<T> | T,
  good: (found: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ;) {
    const found = await look();
    if (good(found)) return found;
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms; seen last: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
