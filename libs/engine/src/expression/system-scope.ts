const DAY_MS = 86_400_000;
/** 2020-11-11T00:00:00Z, the epoch of NocoBase's snowflake ids, so that ids sort alike. */
const SNOWFLAKE_EPOCH_MS = 1_605_052_800_000n;
let lastSnowflake = 0n;

/**
 * `$system`: `now` (Date), `epoch` (whole seconds since 1970), `instanceId`, `dateRange.*` and `genSnowflakeId`.
 * Everything is UTC and read from `now` at use. A date range is `[first day, day after the last, '[)', '+00:00']`; weeks
 * begin on Monday. `instanceId` (0 to 1023) tells the snowflake ids of processes apart.
 */
export function createSystemScope(now: () => Date, instanceId = 0): Record<string, unknown> {
  return {
    now: () => new Date(now()),
    epoch: () => Math.floor(now().getTime() / 1000),
    instanceId,
    genSnowflakeId: () => nextSnowflake(now(), instanceId),
    dateRange: () => dateRanges(now()),
  };
}

/** 41 bits of milliseconds, 10 of instance, 12 of sequence; as text, because it does not fit a JSON number. */
function nextSnowflake(now: Date, instanceId: number): string {
  const base = (BigInt(now.getTime()) - SNOWFLAKE_EPOCH_MS) << 12n;
  lastSnowflake = base > lastSnowflake ? base : lastSnowflake + 1n;
  const sequence = lastSnowflake & 0xfffn;
  return (((lastSnowflake >> 12n) << 22n) | ((BigInt(instanceId) & 0x3ffn) << 12n) | sequence).toString();
}

type Range = () => [string, string, '[)', '+00:00'];

function dateRanges(now: Date): Record<string, Range> {
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  const today = Date.UTC(year, month, now.getUTCDate());
  const monday = today - ((now.getUTCDay() + 6) % 7) * DAY_MS;
  const quarter = Math.floor(month / 3) * 3;
  const days = (from: number, count: number): Range => range(from, from + count * DAY_MS);
  const months = (from: number, count: number): Range =>
    range(Date.UTC(year, from, 1), Date.UTC(year, from + count, 1));
  return {
    yesterday: days(today - DAY_MS, 1),
    today: days(today, 1),
    tomorrow: days(today + DAY_MS, 1),
    ...weeks(days, monday),
    lastMonth: months(month - 1, 1),
    thisMonth: months(month, 1),
    nextMonth: months(month + 1, 1),
    lastQuarter: months(quarter - 3, 3),
    thisQuarter: months(quarter, 3),
    nextQuarter: months(quarter + 3, 3),
    lastYear: months(-12, 12),
    thisYear: months(0, 12),
    nextYear: months(12, 12),
    last7Days: days(today - 6 * DAY_MS, 7),
    next7Days: days(today + DAY_MS, 7),
    last30Days: days(today - 29 * DAY_MS, 30),
    next30Days: days(today + DAY_MS, 30),
    last90Days: days(today - 89 * DAY_MS, 90),
    next90Days: days(today + DAY_MS, 90),
  };
}

/** NocoBase spells them `lastIsoWeek`; `lastWeek` is what people look for. */
function weeks(days: (from: number, count: number) => Range, monday: number): Record<string, Range> {
  const last = days(monday - 7 * DAY_MS, 7);
  const current = days(monday, 7);
  const next = days(monday + 7 * DAY_MS, 7);
  return {
    lastWeek: last,
    thisWeek: current,
    nextWeek: next,
    lastIsoWeek: last,
    thisIsoWeek: current,
    nextIsoWeek: next,
  };
}

function range(from: number, to: number): Range {
  return () => [isoDay(from), isoDay(to), '[)', '+00:00'];
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
