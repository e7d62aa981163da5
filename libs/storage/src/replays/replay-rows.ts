import type { JsonObject } from '#shared';
import type { ExecutionSelection, ReplayRecord, ReplaySelection, RequestSelection } from './contract.js';

export interface ReplayRow {
  id: string;
  kind: 'requests' | 'executions';
  filter: Record<string, string>;
  from_node: string | null;
  version_choice: 'same' | 'current';
  rate: number;
  status: ReplayRecord['status'];
  total: number;
  started: number;
  filtered: number;
  refused: number;
  gone: number;
  skipped: number;
  cursor: string | null;
  bound: string;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  error: string | null;
  created_by: string;
}

export const REPLAY_COLUMNS = `id, kind, filter, from_node, version_choice, rate, status, total, started, filtered, refused, gone,
  skipped, cursor, bound, created_at, started_at, ended_at, error, created_by`;

export function toReplayRecord(row: ReplayRow): ReplayRecord {
  const { id, kind, filter, rate, status, total, started, filtered, refused, gone, skipped, error } = row;
  return {
    ...{ id, kind, filter, rate, status, total, started, filtered, refused, gone, skipped, error },
    fromNode: row.from_node,
    version: row.version_choice,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    createdBy: row.created_by,
  };
}

/** The filter as it is kept: what was given, in one order, times as ISO text. */
export function filterJson(filter: RequestSelection | ExecutionSelection): Record<string, string> {
  const given = Object.entries(filter).filter((entry): entry is [string, string | Date] => entry[1] !== undefined);
  return Object.fromEntries(
    given
      .map(([name, value]): [string, string] => [name, value instanceof Date ? value.toISOString() : value])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What a kept replay selects. */
export function toSelection(row: ReplayRow): ReplaySelection {
  const { from, to, ...rest } = row.filter as JsonObject & Record<string, string | undefined>;
  const filter = { ...rest, from: toDate(from), to: toDate(to) };
  if (row.kind === 'requests') return { kind: 'requests', filter: filter as RequestSelection };
  return {
    kind: 'executions',
    filter: filter as ExecutionSelection,
    fromNode: row.from_node,
    version: row.version_choice,
  };
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
