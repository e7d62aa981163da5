/** Refusals are written off the hot path, and executions of async workflows end after the answer. */
const WITHIN_MS = 10_000;

/** Looks until it is good, or ten seconds are over; what was seen last is for the caller to judge. */
export async function eventually<T>(look: () => Promise<T>, good: (found: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + WITHIN_MS; ;) {
    const found = await look();
    if (good(found) || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
