import { idFloor } from '#shared';
import type pg from 'pg';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.js';
import { PARTITIONED_TABLES } from './partitioned-tables.js';

const DAY_MS = 86_400_000;

/** Errors of a table that was busy: lock_not_available, query_canceled (statement timeout). */
const BUSY = new Set(['55P03', '57014']);

type Connection = Pick<pg.Client, 'query'>;

/** One partition of a day that is past. */
interface PastPartition {
  table: string;
  name: string;
}

export interface DroppedDays {
  /** Names of the partitions that are gone. */
  dropped: string[];
  /** The one that could not be locked in time, at which the pass ended: for another try. Never one that is needed. */
  postponed: string[];
}

// Literals, because partial indexes are chosen by them: open executions only are looked at, however long the history is.
const anyOpen = (column: string): string => `select
  exists (select 1 from executions where status = 'queued' and ${column} >= $1 and ${column} < $2)
  or exists (select 1 from executions where status = 'started' and ${column} >= $1 and ${column} < $2) as needed`;

/** By what a table's day is still needed. The other tables hold parts of executions, and go once those are gone. */
const NEEDED_BY: Readonly<Record<string, string>> = { executions: anyOpen('id'), requests: anyOpen('request_id') };

const PARTITIONS = `select p.relname as table, c.relname as name, right(c.relname, 8) as day
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
  where i.inhparent = any($1::text[]::regclass[]) and c.relname ~ '_p[0-9]{8}$'`;

/**
 * Drops the partitions of the days that ended at or before `before`. A day stays while an execution of it is open, its
 * requests while an open execution, perhaps a later retry, refers to one of them.
 *
 * Each partition goes in a transaction of its own: the exclusive lock on its parent stops whoever accepts or runs, and
 * nobody may hold two of them (the others take them in another order). It is waited for two seconds at most and once a
 * pass, for those who come later wait behind us. DETACH .. CONCURRENTLY is impossible beside a default partition.
 */
export async function dropPastDays(client: Connection, before: Date, signal: AbortSignal): Promise<DroppedDays> {
  const result: DroppedDays = { dropped: [], postponed: [] };
  await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.partitions]);
  try {
    for (const [day, partitions] of await pastDays(client, before)) {
      if (signal.aborted || result.postponed.length > 0) break;
      await dropDay(client, day, partitions, result);
    }
    return result;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [ADVISORY_LOCKS.partitions]);
  }
}

/** By day, oldest first; in each the partitions in the order of {@link PARTITIONED_TABLES}, executions before parts. */
async function pastDays(client: Connection, before: Date): Promise<[Date, PastPartition[]][]> {
  const tables = PARTITIONED_TABLES.map(({ table }) => table);
  const { rows } = await client.query<PastPartition & { day: string }>(PARTITIONS, [tables]);
  const days = new Map<string, PastPartition[]>();
  rows.sort((a, b) => tables.indexOf(a.table) - tables.indexOf(b.table));
  for (const { day, table, name } of rows) days.set(day, [...(days.get(day) ?? []), { table, name }]);
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, partitions]): [Date, PastPartition[]] => [toDate(day), partitions])
    .filter(([day]) => day.getTime() + DAY_MS <= before.getTime());
}

async function dropDay(
  client: Connection,
  day: Date,
  partitions: readonly PastPartition[],
  { dropped, postponed }: DroppedDays,
): Promise<void> {
  const range: [string, string] = [idFloor(day), idFloor(new Date(day.getTime() + DAY_MS))];
  for (const { table, name } of partitions) {
    const done = await dropPartition(client, table, name, range);
    if (done === 'dropped') dropped.push(name);
    if (done === 'busy') postponed.push(name);
    if (done === 'busy' || (done === 'needed' && table === 'executions')) return;
  }
}

/** Asks before it locks, so that a day that is needed for long disturbs nobody, and again under the lock. */
async function dropPartition(
  client: Connection,
  table: string,
  name: string,
  range: [string, string],
): Promise<'dropped' | 'needed' | 'busy'> {
  if (await isNeeded(client, table, range)) return 'needed';
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = '2s'`);
    await client.query(`set local statement_timeout = '5s'`);
    await client.query(`lock table only ${table}, only ${name} in access exclusive mode`);
    const needed = await isNeeded(client, table, range);
    if (!needed) await client.query(`drop table ${name}`);
    await client.query('commit');
    return needed ? 'needed' : 'dropped';
  } catch (error) {
    await client.query('rollback');
    if (BUSY.has((error as { code?: string }).code ?? '')) return 'busy';
    throw error;
  }
}

async function isNeeded(client: Connection, table: string, range: [string, string]): Promise<boolean> {
  const question = NEEDED_BY[table];
  if (question === undefined) return false;
  const { rows } = await client.query<{ needed: boolean }>(question, range);
  return rows[0]!.needed;
}

/** Of `YYYYMMDD`. */
function toDate(day: string): Date {
  return new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
}
