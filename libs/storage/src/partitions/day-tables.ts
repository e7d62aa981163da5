const DAY_MS = 86_400_000;

/** Names to write a statement over: those of the partitioned tables, or of one day's partitions. */
export interface DayTables {
  executions: string;
  execution_results: string;
  execution_inputs: string;
  node_runs: string;
  requests: string;
}

/** The partitioned tables themselves. */
export const ALL_DAYS: DayTables = {
  executions: 'executions',
  execution_results: 'execution_results',
  execution_inputs: 'execution_inputs',
  node_runs: 'node_runs',
  requests: 'requests',
};

/** Days since 1970 (UTC) of a UUIDv7, whose first 48 bits are milliseconds. */
function dayNumber(id: string): number {
  return Math.floor(parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / DAY_MS);
}

/** The day that all these ids fall on, as days since 1970 (UTC); null when they differ or there is none. */
export function commonDay(ids: Iterable<string>): number | null {
  let common: number | null = null;
  for (const id of ids) {
    const day = dayNumber(id);
    if (common !== null && day !== common) return null;
    common = day;
  }
  return Number.isSafeInteger(common) ? common : null;
}

/** `p20261123`: what the names of a day's partitions end in. */
export function partitionSuffix(day: number): string {
  return `p${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** Names of the partitions of one day. */
export function tablesOfDay(day: number): DayTables {
  const suffix = partitionSuffix(day);
  return Object.fromEntries(
    Object.entries(ALL_DAYS).map(([table, name]) => [table, `${name}_${suffix}`]),
  ) as unknown as DayTables;
}
