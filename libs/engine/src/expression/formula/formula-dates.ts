import dayjs, { type Dayjs } from 'dayjs';
import isoWeek from 'dayjs/plugin/isoWeek.js';
import utc from 'dayjs/plugin/utc.js';

dayjs.extend(utc);
dayjs.extend(isoWeek);

const DAY_MS = 86_400_000;
const NO_DATE = new Error('#VALUE!');

type DateFunction = (...args: unknown[]) => unknown;

/** A date from ISO text or a Date; numbers are refused, because nobody could say seconds from Excel's days. */
function dateOf(value: unknown): Dayjs | null {
  if (typeof value !== 'string' && !(value instanceof Date)) return null;
  const date = dayjs.utc(value);
  return date.isValid() ? date : null;
}

function ofDate(part: (date: Dayjs, ...more: unknown[]) => unknown): DateFunction {
  return (value, ...more) => {
    if (value instanceof Error) return value;
    const date = dateOf(value);
    return date === null ? NO_DATE : part(date, ...more);
  };
}

function iso(date: Dayjs): unknown {
  return date.isValid() ? date.toISOString() : NO_DATE;
}

function days(end: unknown, start: unknown): unknown {
  const [to, from] = [dateOf(end), dateOf(start)];
  if (to === null || from === null) return NO_DATE;
  return (to.startOf('day').valueOf() - from.startOf('day').valueOf()) / DAY_MS;
}

function dateFrom(year: unknown, month: unknown, day: unknown): unknown {
  return iso(dayjs.utc(Date.UTC(Number(year), Number(month) - 1, Number(day))));
}

/** Excel's types: 1 Sunday is 1 (the default), 2 Monday is 1, 3 Monday is 0. */
function weekday(date: Dayjs, type: unknown): number {
  if (type === 2) return date.isoWeekday();
  return type === 3 ? date.isoWeekday() - 1 : date.day() + 1;
}

/**
 * Excel's date functions on ISO 8601 texts, in UTC. Those of the library read the time zone of the server, which is not
 * the same everywhere that a workflow runs.
 */
export const dateFunctions: ReadonlyMap<string, DateFunction> = new Map<string, DateFunction>([
  ['DATE', dateFrom],
  ['YEAR', ofDate((date) => date.year())],
  ['MONTH', ofDate((date) => date.month() + 1)],
  ['DAY', ofDate((date) => date.date())],
  ['HOUR', ofDate((date) => date.hour())],
  ['MINUTE', ofDate((date) => date.minute())],
  ['SECOND', ofDate((date) => date.second())],
  ['WEEKDAY', ofDate(weekday)],
  ['ISOWEEKNUM', ofDate((date) => date.isoWeek())],
  ['DAYS', days],
  ['EDATE', ofDate((date, months) => iso(date.add(Math.trunc(Number(months)), 'month')))],
  [
    'EOMONTH',
    ofDate((date, months) =>
      iso(
        date
          .add(Math.trunc(Number(months)), 'month')
          .endOf('month')
          .startOf('day'),
      ),
    ),
  ],
]);
