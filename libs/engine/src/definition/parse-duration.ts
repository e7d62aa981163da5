const FACTORS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `10s`, `5m`, `72h` or `3d`; null when it is nothing of the kind or zero. */
export function parseDuration(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d{1,10}) ?(ms|s|m|h|d)$/.exec(value) : null;
  if (match === null) return null;
  const milliseconds = Number(match[1]) * (FACTORS[match[2] ?? ''] ?? 1);
  return milliseconds > 0 ? milliseconds : null;
}
