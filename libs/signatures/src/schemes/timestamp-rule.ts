import type { SignatureFault, TimestampRule } from '../contract.js';

/** Decimal digits of one spelling: no sign, leading zero, exponent or other script's digits; at most the year 5138. */
const WRITTEN = {
  s: /^[1-9][0-9]{0,10}$/,
  ms: /^[1-9][0-9]{0,13}$/,
  rfc3339: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/,
} as const;

/** Seconds by which `text` lies in the past (negative: in the future); null when it is not written in that unit. */
export function ageOf(text: string, unit: TimestampRule['unit'], now: Date): number | null {
  if (!WRITTEN[unit].test(text)) return null;
  // Whole seconds are compared with whole seconds, else a clock would be half a second late by rounding.
  if (unit === 's') return Math.floor(now.getTime() / 1000) - Number(text);
  const time = unit === 'ms' ? Number(text) : Date.parse(text);
  return Number.isNaN(time) ? null : (now.getTime() - time) / 1000;
}

/** Why a timestamp is refused; null when it lies within the rule's window. */
export function timestampFault(rule: TimestampRule, text: string | null, now: Date): SignatureFault | null {
  if (text === null) return 'missing_timestamp';
  const age = ageOf(text, rule.unit, now);
  if (age === null) return 'malformed_timestamp';
  return age <= rule.past && -age <= rule.future ? null : 'timestamp_out_of_tolerance';
}

/** A time as the rule's senders write it. */
export function writeTimestamp({ unit }: TimestampRule, now: Date): string {
  if (unit === 'rfc3339') return now.toISOString();
  return String(unit === 's' ? Math.floor(now.getTime() / 1000) : now.getTime());
}
