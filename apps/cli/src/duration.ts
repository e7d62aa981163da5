/** Milliseconds between two ISO times as people read them: `12 ms`, `3.4 s`, `2 min 5 s`; null while one is missing. */
export function duration(from: string | null, to: string | null): string | null {
  if (from === null || to === null) return null;
  const milliseconds = Math.max(0, Date.parse(to) - Date.parse(from));
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
