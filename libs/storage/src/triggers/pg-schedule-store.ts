import { newId, type JsonObject } from '#shared';
import type { Database } from '../connection/database.js';
import type { Transaction } from '../connection/transaction.js';
import type { QueuedExecution } from '../contract.js';
import { insertExecution } from '../running/insert-execution.js';
import type { DateLook, DueSchedule, ScheduleStore } from './contract.js';
import { fireDates } from './fire-dates.js';

const FIND_DUE = {
  name: 'find-due-schedules',
  text: `with clock as materialized (select coalesce($2::timestamptz, clock_timestamp()) as now)
    select c.now, s.workflow_id, s.generation, s.since, s.fired, case when s.is_planned then s.next_at end as next_at,
      w.key as workflow_key, b.version_id, b.config as trigger
    from clock c left join (schedules s
        join workflows w on w.id = s.workflow_id and w.enabled and w.archived_at is null
        join trigger_bindings b on b.version_id = w.current_version_id and b.kind = 'schedule'
      ) on s.next_at <= c.now
    order by s.next_at limit $1`,
};

// The switch changes the generation in its own transaction: whichever commits first, the other sees it.
const ADVANCE = `update schedules set next_at = $4, is_planned = true, fired = fired + $5
  where workflow_id = $1 and generation = $2 and since is not null
    and case when is_planned then next_at end is not distinct from $3
  returning workflow_id`;

interface DueRow {
  now: Date;
  workflow_id: number | null;
  workflow_key: string;
  version_id: number;
  generation: number;
  since: Date;
  next_at: Date | null;
  fired: number;
  trigger: JsonObject;
}

/** Schedules as they stand, and the one statement that moves each of them. */
export class PgScheduleStore implements ScheduleStore {
  constructor(private readonly database: Database) {}

  async findDue(limit: number, at?: Date): Promise<{ now: Date; due: DueSchedule[] }> {
    const rows = await this.database.query<DueRow>(FIND_DUE, [limit, at ?? null]);
    return { now: rows[0]!.now, due: rows.filter((row) => row.workflow_id !== null).map(toDue) };
  }

  advance(due: DueSchedule, { fire, nextAt }: { fire: Date | null; nextAt: Date | null }) {
    return this.database.transaction(async (transaction): Promise<QueuedExecution | null> => {
      const { workflowId, generation } = due;
      const values = [workflowId, generation, due.nextAt, nextAt, fire === null ? 0 : 1];
      const moved = await transaction.query(ADVANCE, values);
      if (moved.length === 0 || fire === null) return null;
      return startScheduled(transaction, due, { date: fire.toISOString() });
    });
  }

  fireDates(due: DueSchedule, look: DateLook): Promise<QueuedExecution[]> {
    return this.database.transaction((transaction) =>
      fireDates(transaction, due, look, (input) => startScheduled(transaction, due, input)),
    );
  }
}

async function startScheduled(
  transaction: Transaction,
  { workflowId, versionId }: DueSchedule,
  input: JsonObject,
): Promise<QueuedExecution> {
  const id = newId();
  await insertExecution(transaction, {
    ...{ id, workflowId, versionId, mode: 'async', input },
    ...{ stack: [], replyTo: null, parent: null },
  });
  return { id, attempt: 0, mode: 'async', dedupId: null, chunkId: null };
}

function toDue(row: DueRow): DueSchedule {
  return {
    workflowId: row.workflow_id!,
    workflowKey: row.workflow_key,
    versionId: row.version_id,
    generation: row.generation,
    since: row.since,
    nextAt: row.next_at,
    fired: row.fired,
    trigger: row.trigger,
  };
}
