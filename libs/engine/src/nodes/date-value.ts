import dayjs, { type Dayjs } from 'dayjs';
import advancedFormat from 'dayjs/plugin/advancedFormat.js';
import isLeapYear from 'dayjs/plugin/isLeapYear.js';
import isoWeek from 'dayjs/plugin/isoWeek.js';
import quarterOfYear from 'dayjs/plugin/quarterOfYear.js';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';
import { EngineError } from '../contract/engine-error.js';

for (const plugin of [utc, timezone, isoWeek, isLeapYear, quarterOfYear, advancedFormat]) dayjs.extend(plugin);

const WALL = 'YYYY-MM-DDTHH:mm:ss.SSS';
const ISO =
  /^\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?$/;

/** A point in time and the zone whose calendar and clock it is read on. */
export interface Moment {
  /** In UTC. */
  readonly at: Dayjs;
  /** IANA name or offset such as `+08:00`. */
  readonly zone: string;
}

/** What one step hands to the next. */
export type DateValue = Moment | number | string | boolean;

export function isMoment(value: unknown): value is Moment {
  return typeof value === 'object' && value !== null && 'at' in value && dayjs.isDayjs(value.at);
}

/**
 * A date from ISO 8601 text, without a zone in UTC. Other spellings are refused: what they mean depends on the server.
 *
 * @throws EngineError `invalid_input`
 */
export function parseMoment(value: unknown, zone = 'UTC'): Moment {
  if (isMoment(value)) return value;
  const at = typeof value === 'string' && ISO.test(value) ? dayjs.utc(value) : null;
  if (at === null || !at.isValid()) throw invalid('a date is ISO 8601 text such as 2026-01-31T08:00:00Z');
  return { at, zone };
}

/** @throws EngineError `invalid_input` */
export function parseNumber(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw invalid('a number is needed');
}

/** @throws EngineError `invalid_input` when the dates that are possible were left, some 270,000 years from now. */
export function checkedMoment(moment: Moment): Moment {
  if (moment.at.isValid()) return moment;
  throw invalid('the result is no date');
}

export function invalid(message: string): EngineError {
  return new EngineError('invalid_input', `Invalid input: ${message}`);
}

/** The date as the clock and the calendar on the wall show it in the zone, told as if it were UTC. */
export function wallOf({ at, zone }: Moment): Dayjs {
  return zone === 'UTC' ? at : dayjs.utc(at.tz(zone).format(WALL));
}

/** The moment at which the wall of the zone shows this; of a time that the clock skips, the one an hour on. */
export function momentOf(wall: Dayjs, zone: string): Moment {
  if (!wall.isValid() || zone === 'UTC') return { at: wall, zone };
  return { at: dayjs.tz(wall.format(WALL), zone).utc(), zone };
}
