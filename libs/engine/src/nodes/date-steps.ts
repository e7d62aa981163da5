import dayjs, { type Dayjs, type ManipulateType, type OpUnitType, type QUnitType } from 'dayjs';
import type { Json, JsonObject } from '#shared';
import {
  checkedMoment,
  invalid,
  isMoment,
  momentOf,
  parseMoment,
  parseNumber,
  wallOf,
  type DateValue,
  type Moment,
} from './date-value.js';

const CLOCK_UNITS = ['millisecond', 'second', 'minute', 'hour'];
/** Characters. Formatting takes the worker's time, and a payload may bring the format. */
const LONGEST_FORMAT = 200;
const UNITS = [...CLOCK_UNITS, 'day', 'week', 'month', 'quarter', 'year'];

const DAY_MS = 86_400_000;
/** Of lengths without a calendar: a year is 365 days, a month a twelfth of it. */
const LENGTHS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: (365 * DAY_MS) / 12,
  quarter: (365 * DAY_MS) / 4,
  year: 365 * DAY_MS,
};

type Arguments = Record<string, Json | undefined>;

/** One function of the pipeline: the arguments it takes, as JSON Schema, and what it does. */
export interface DateStep {
  readonly needs: 'date' | 'number';
  readonly properties: JsonObject;
  readonly required: readonly string[];
  run(value: never, args: Arguments): DateValue;
}

const templated = (type: string, description: string): JsonObject => ({
  anyOf: [{ type }, { type: 'string' }],
  description,
});
const amount = templated('number', 'How many of the unit; a number, or a template that gives one.');
const otherDate: JsonObject = { type: 'string', description: 'The date that is subtracted, as ISO 8601 text.' };
const unit: JsonObject = { type: 'string', enum: UNITS };
const zoneName: JsonObject = { type: 'string', minLength: 1, maxLength: 64, description: 'As Europe/Berlin.' };
const round: JsonObject = {
  description: '-1 rounds down, 0 to the nearest, 1 up; anything else, or nothing, keeps the decimals.',
  anyOf: [{ type: 'integer' }, { type: 'boolean' }, { type: 'string' }],
};

function onDate(properties: JsonObject, run: (moment: Moment, args: Arguments) => DateValue): DateStep {
  return { needs: 'date', properties, required: requiredOf(properties), run: run as DateStep['run'] };
}

function onNumber(properties: JsonObject, run: (value: number, args: Arguments) => DateValue): DateStep {
  return { needs: 'number', properties, required: requiredOf(properties), run: run as DateStep['run'] };
}

function requiredOf(properties: JsonObject): string[] {
  return Object.keys(properties).filter((name) => !['isAbs', 'round'].includes(name));
}

/** The functions of a date calculation by name (behaviour.md 2.2). */
export const dateSteps: ReadonlyMap<string, DateStep> = new Map<string, DateStep>([
  ['add', onDate({ number: amount, unit }, (moment, args) => moved(moment, parseNumber(args.number), args))],
  ['subtract', onDate({ number: amount, unit }, (moment, args) => moved(moment, -parseNumber(args.number), args))],
  ['diff', onDate({ date: otherDate, unit, isAbs: templated('boolean', 'Without the sign.'), round }, difference)],
  ['get', onDate({ unit }, (moment, args) => part(wallOf(moment), unitOf(args.unit)))],
  ['startOfTime', onDate({ unit }, (moment, args) => edge(moment, 'startOf', args))],
  ['endOfTime', onDate({ unit }, (moment, args) => edge(moment, 'endOf', args))],
  ['isLeapYear', onDate({}, (moment) => wallOf(moment).isLeapYear())],
  [
    'format',
    onDate({ format: { type: 'string', maxLength: LONGEST_FORMAT, description: 'As YYYY-MM-DD HH:mm.' } }, formatted),
  ],
  ['transDuration', onNumber({ unitBefore: unit, unitAfter: unit, round }, converted)],
  ['toTimestamp', onDate({ unit: { type: 'string', enum: ['second', 'millisecond'] } }, timestamp)],
  ['tsToDate', onNumber({ unit: { type: 'string', enum: ['second', 'millisecond'] } }, fromTimestamp)],
  ['changeTimezone', onDate({ timezone: zoneName }, rezoned)],
]);

/**
 * Applies one step. A text may stand for the date or number that the function needs.
 *
 * @throws EngineError `invalid_input`
 */
export function applyDateStep(name: string, value: DateValue, args: Arguments): DateValue {
  const step = dateSteps.get(name);
  if (step === undefined)
    throw invalid(`there is no function "${name}"; known are ${[...dateSteps.keys()].join(', ')}`);
  if (step.needs === 'number') return step.run(parseNumber(value) as never, args);
  const result = step.run(parseMoment(value) as never, args);
  return isMoment(result) ? checkedMoment(result) : result;
}

function unitOf(value: Json | undefined): string {
  if (typeof value === 'string' && UNITS.includes(value)) return value;
  throw invalid(`a unit is one of ${UNITS.join(', ')}`);
}

/** Hours and less pass on the clock of the world, days and more on the calendar of the zone. */
function moved(moment: Moment, number: number, args: Arguments): Moment {
  const of = unitOf(args.unit) as ManipulateType;
  if (CLOCK_UNITS.includes(of)) return { ...moment, at: moment.at.add(number, of) };
  return momentOf(wallOf(moment).add(number, of), moment.zone);
}

function difference(moment: Moment, args: Arguments): number {
  const of = unitOf(args.unit);
  const other = { ...parseMoment(args.date), zone: moment.zone };
  const exact = CLOCK_UNITS.includes(of)
    ? moment.at.diff(other.at, of as QUnitType, true)
    : wallOf(moment).diff(wallOf(other), of as QUnitType, true);
  return rounded(args.isAbs === true || args.isAbs === 'true' ? Math.abs(exact) : exact, args.round);
}

function rounded(value: number, mode: Json | undefined): number {
  switch (Number(mode === undefined || mode === null || typeof mode === 'boolean' || mode === '' ? Number.NaN : mode)) {
    case -1:
      return Math.floor(value);
    case 0:
      return Math.round(value);
    case 1:
      return Math.ceil(value);
    default:
      return value;
  }
}

/** Months count from 1, `day` is the day of the month, `week` the day of the week from 0, Sunday. */
function part(wall: Dayjs, of: string): number {
  if (of === 'month') return wall.month() + 1;
  if (of === 'day') return wall.date();
  if (of === 'week') return wall.day();
  return of === 'quarter' ? wall.quarter() : wall.get(of as 'year');
}

function edge(moment: Moment, which: 'startOf' | 'endOf', args: Arguments): Moment {
  const of = unitOf(args.unit);
  return momentOf(wallOf(moment)[which]((of === 'week' ? 'isoWeek' : of) as OpUnitType), moment.zone);
}

function formatted({ at, zone }: Moment, { format }: Arguments): string {
  if (typeof format !== 'string') throw invalid('a format is text such as YYYY-MM-DD');
  if (format.length > LONGEST_FORMAT) throw invalid(`a format has at most ${LONGEST_FORMAT} characters`);
  return (zone === 'UTC' ? at : at.tz(zone)).format(format);
}

function converted(value: number, args: Arguments): number {
  const ms = value * (LENGTHS[unitOf(args.unitBefore)] ?? 1);
  return rounded(ms / (LENGTHS[unitOf(args.unitAfter)] ?? 1), args.round);
}

function timestamp({ at }: Moment, args: Arguments): number {
  return args.unit === 'second' ? at.unix() : at.valueOf();
}

function fromTimestamp(value: number, args: Arguments): Moment {
  return checkedMoment({ at: dayjs.utc(args.unit === 'second' ? value * 1_000 : value), zone: 'UTC' });
}

function rezoned(moment: Moment, { timezone }: Arguments): Moment {
  try {
    const zone = new Intl.DateTimeFormat('en', { timeZone: String(timezone) }).resolvedOptions().timeZone;
    return { ...moment, zone };
  } catch {
    throw invalid(`there is no time zone "${String(timezone)}"; write one such as Europe/Berlin`);
  }
}
