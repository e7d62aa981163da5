const FACTORS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2 };

/** Bytes of `10mb`, `64kb`, `512b` or a plain whole number (1 kb is 1,024 bytes); null when it is neither. */
export function parseSize(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) && value > 0 ? value : null;
  const match = typeof value === 'string' ? /^(\d{1,10}) ?(b|kb|mb)$/i.exec(value) : null;
  if (match === null) return null;
  const bytes = Number(match[1]) * (FACTORS[(match[2] ?? '').toLowerCase()] ?? 1);
  return bytes > 0 ? bytes : null;
}
