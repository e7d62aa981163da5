/** Expressions come from workflow documents, never from payloads, so a cache is bounded by documents in use. */
const CACHE_SIZE = 1_000;

/** Compiles each text once and keeps the newest thousand; what throws is not kept. */
export function cachedCompile<T>(compile: (text: string) => T): (text: string) => T {
  const cache = new Map<string, T>();
  return (text) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const compiled = compile(text);
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
    cache.set(text, compiled);
    return compiled;
  };
}
