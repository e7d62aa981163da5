import { Cron } from 'croner';
import type { SchedulePlan } from '../../contract/workflow-document.js';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** A year of 366 days: what repeats more seldom is a cron pattern. Milliseconds. */
const LONGEST_MS = 366 * 86_400_000;
/** Any fixed time: whether a pattern ever matches does not depend on it. */
const REFERENCE = new Date('2024-01-01T00:00:00Z');

/**
 * `every 15m` (s, m, h, d, w; at most 366d), or a cron pattern of five or six fields, with six seconds first.
 *
 * @returns what is wrong with it as text; a pattern that never matches is wrong too.
 */
export function parseRepeat(repeat: string, timeZone: string): NonNullable<SchedulePlan['repeat']> | string {
  if (/^every\b/.test(repeat)) return parseEvery(repeat);
  try {
    const next = new Cron(repeat, { timezone: timeZone, mode: '5-or-6-parts', paused: true }).nextRun(REFERENCE);
    return next === null ? 'this pattern never matches: no month has such a day' : { cron: repeat };
  } catch (error) {
    const cause = error instanceof Error ? error.message.replace(/^Cron(Pattern|Date): /, '') : String(error);
    return `write a cron pattern such as "0 9 * * 1-5", or "every 15m": ${cause}`;
  }
}

function parseEvery(repeat: string): { everyMs: number } | string {
  const match = /^every (\d{1,9}) ?([smhdw])$/.exec(repeat);
  const everyMs = Number(match?.[1] ?? 0) * (UNITS[match?.[2] ?? ''] ?? 0);
  return everyMs >= 1_000 && everyMs <= LONGEST_MS ? { everyMs } : 'write a step such as "every 15m", from 1s to 366d';
}

/** Whether it names a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
