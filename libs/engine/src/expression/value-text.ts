/**
 * A value inside text. Null and undefined are empty, a Date is ISO 8601, arrays and objects are JSON text: where
 * NocoBase writes `[object Object]` or `1,2`, JSON is our choice because it can be read back.
 */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (typeof value === 'object') return JSON.stringify(value) ?? '';
  return String(value);
}
