import { EngineError } from '#engine';
import type { JsonObject } from '#shared';
import type { CollectionTable } from '../collections/collection-table.js';
import { withRecords } from '../collections/enter-collection.js';
import type { Transaction } from '../connection/transaction.js';
import type { QueuedExecution } from '../contract.js';
import type { DateLook, DueSchedule } from './contract.js';

/** Records of one look: each starts an execution in the same transaction. */
const PAGE = 500;

/** A record that is committed this much after it was written is still seen in time. Milliseconds. */
const OVERLAP_MS = 60_000;

// Whoever moved the schedule on meanwhile, or switched it, has made this look worthless. The lock keeps others out.
const HOLD = `select scanned_until, fired from schedules
  where workflow_id = $1 and generation = $2 and since is not null and next_at <= $3 for update`;

const MOVE = `update schedules set next_at = $2, is_planned = true, scanned_until = $3, fired = fired + $4
  where workflow_id = $1`;

const REMEMBER = `insert into schedule_dates (workflow_id, record_id, due_at)
  select $1, r.id, r.due from unnest($2::bigint[], $3::timestamptz[]) as r (id, due)`;

const FORGET = `delete from schedule_dates where workflow_id = $1 and due_at < $2`;

const FIRED = `select record_id, due_at from schedule_dates where workflow_id = $1 and due_at > $2`;

interface FiredDate {
  record_id: string;
  due_at: Date;
}

/** The part of time that a look is about: after `from`, up to `to`. */
interface Span {
  from: Date;
  to: Date;
}

interface DueRecord {
  record: JsonObject;
  date: Date;
}

/** See `ScheduleStore.fireDates`; `start` adds an execution with this `$context`. */
export async function fireDates(
  transaction: Transaction,
  due: DueSchedule,
  look: DateLook,
  start: (input: JsonObject) => Promise<QueuedExecution>,
): Promise<QueuedExecution[]> {
  const { workflowId, generation } = due;
  const held = [workflowId, generation, look.now];
  const [state] = await transaction.query<{ scanned_until: Date; fired: number }>(HOLD, held);
  if (state === undefined) return [];
  const page = Math.min(PAGE, (look.limit ?? Infinity) - state.fired);
  const span = spanOf(look, due.since, state.scanned_until);
  const fired = await transaction.query<FiredDate>(FIRED, [workflowId, span.from]);
  const found = page > 0 ? await findRecords(transaction, look, span, fired, page) : [];
  const started: QueuedExecution[] = [];
  for (const { record, date } of found) started.push(await start({ data: record, date: date.toISOString() }));
  const ids = found.map(({ record }) => String(record.id));
  await transaction.query(REMEMBER, [workflowId, ids, found.map(({ date }) => date)]);
  const isWhole = found.length < PAGE;
  const isOver = look.limit !== null && state.fired + found.length >= look.limit;
  const nextAt = new Date(look.now.getTime() + (isWhole ? look.pauseMs : 0));
  const scannedUntil = isWhole ? look.now : state.scanned_until;
  await transaction.query(MOVE, [workflowId, isOver ? null : nextAt, scannedUntil, found.length]);
  await transaction.query(FORGET, [workflowId, new Date(scannedUntil.getTime() - 2 * OVERLAP_MS)]);
  return started;
}

/** Never before the schedule was switched on; again a little of what was looked at before. */
function spanOf({ now, dropAfterMs }: DateLook, since: Date, scannedUntil: Date): Span {
  const earliest = dropAfterMs === null ? -Infinity : now.getTime() - dropAfterMs;
  return { from: new Date(Math.max(since.getTime(), scannedUntil.getTime() - OVERLAP_MS, earliest)), to: now };
}

function findRecords(
  transaction: Transaction,
  look: DateLook,
  span: Span,
  fired: readonly FiredDate[],
  page: number,
): Promise<DueRecord[]> {
  return withRecords(transaction, look.collection, async (table) => {
    const { type } = table.field(look.field);
    if (type !== 'date' && type !== 'datetime') {
      throw new EngineError('not_a_date', `Field "${look.field}" of "${look.collection}" is of type ${type}, no date.`);
    }
    const [from, to] = [span.from, span.to].map((moment) => boundOf(moment, look.offsetMs, type));
    const [ids, dates] = [fired.map(({ record_id }) => record_id), fired.map(({ due_at }) => due_at)];
    const rows = await transaction.query<Record<string, unknown> & { due: Date }>(findText(table, look.field, type), [
      from,
      to,
      look.offsetMs,
      ids,
      dates,
      page,
    ]);
    return rows.map((row) => ({ record: table.read(row, 'r'), date: row.due }));
  });
}

/** The bounds are on the column itself, so that its index serves. A date counts from midnight UTC. */
function findText(table: CollectionTable, field: string, type: 'date' | 'datetime'): string {
  const column = `t.${table.column(field)}`;
  const [cast, time] = type === 'date' ? ['date', `${column}::timestamp at time zone 'UTC'`] : ['timestamptz', column];
  const due = `((${time}) + $3::double precision * interval '1 millisecond')`;
  // What fired comes as values: the role that reads records sees none of our tables.
  return `select ${table.selection('t', 'r')}, ${due} as due from ${table.sql} t
    where ${column} > $1::${cast} and ${column} <= $2::${cast} and t."createdAt" <= ${due}
      and not exists (select 1 from unnest($4::bigint[], $5::timestamptz[]) f (id, due) where f.id = t."id" and f.due = ${due})
    order by ${column}, t."id" limit $6`;
}

/** What a column of this type is compared with. Midnight is after a moment exactly when its day is a later one. */
function boundOf(moment: Date, offsetMs: number, type: 'date' | 'datetime'): string {
  const text = new Date(moment.getTime() - offsetMs).toISOString();
  return type === 'date' ? text.slice(0, 10) : text;
}
