import { packedJson } from '../connection/payload-packer.js';
import type { DayTables } from '../partitions/day-tables.js';
import type { PartitionedStatement } from '../partitions/partitioned-query.js';

/**
 * Number of the entry that belongs to the ending. There is one ending, so the number is free, and above all others; the
 * next one after the highest cannot be asked for, because who ends an execution from outside may have waited for the
 * commit of an entry that its snapshot does not show.
 */
const ENDING_SEQ = 2_147_483_646;

const INPUT = `input as materialized (
  select * from json_to_recordset($1::json) as x (
    n int, id uuid, expected execution_status, attempt int, lease_id int, status execution_status, reason text,
    started_at timestamptz, ended_at timestamptz, release boolean, remove boolean, alarm_id uuid,
    runs_at int, runs_length int, reply_at int, reply_length int, output_at int, output_length int,
    error_at int, error_length int
  )
)`;

/**
 * When the row may go. A sync sender may still wait for the reply, which may have to be looked up here: longer than the
 * longest wait (120 s) it stays in any case. As long as its key is taken, duplicates are answered with it. A parent may
 * have to get through a backlog before it reads what its child came to.
 */
const DELETE_AT = `case when i.remove then case
    when e.parent_execution_id is not null then now() + interval '1 hour'
    when e.mode = 'sync' then greatest(now() + interval '150 seconds', (
      select d.expires_at from dedup_ids d
      where d.dedup_id = e.dedup_id and d.execution_id = e.id and not d.released and not i.release
    ))
    else now() end
  end`;

/** The compare-and-set, and what belongs to every ending. The attempt fences: each claim has its own. */
const endings = (tables: DayTables) => `won as (
  update ${tables.executions} e
  set status = i.status, reason = i.reason, started_at = coalesce(e.started_at, i.started_at), ended_at = i.ended_at,
    lease_id = null, resume_at = null, expires_at = null, delete_at = ${DELETE_AT}
  from input i
  where e.id = i.id and e.id >= $3 and e.id <= $4 and e.status = i.expected and e.attempt = i.attempt
    and e.lease_id is not distinct from i.lease_id
  returning i.*, e.dedup_id, e.request_id, e.parent_execution_id, e.workflow_id, e.version_id, e.stack, e.created_at
),
runs as (
  insert into ${tables.node_runs} (execution_id, seq, runs)
  select id, ${ENDING_SEQ}, ${packedJson('$2', 'runs')}
  from won where runs_length >= 0
),
results as (
  insert into ${tables.execution_results} (execution_id, status, reply, output, error)
  select id, status, ${packedJson('$2', 'reply')}, ${packedJson('$2', 'output')}, ${packedJson('$2', 'error')}
  from won
  where status <> 'resolved' or reply_length >= 0 or output_length >= 0 or error_length >= 0
),
freed as (
  select d.dedup_id from won w join dedup_ids d on d.dedup_id = w.dedup_id and d.execution_id = w.id
  where w.release order by d.dedup_id for update of d
),
released as (
  update dedup_ids d set released = true from freed where d.dedup_id = freed.dedup_id
)`;

const isoTime = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * Starts error workflows, by the names of the whole tables: their ids are of now, not of the executions that ended. One that is among the executions which led here as often as its stack limit allows is not
 * started again: chains end. The laterals are nested loops: nothing is looked up where nothing failed.
 */
const ALARMS = `alarms as (
  select w.*, f.key as workflow_key, v.number as version, t.id as target_id, t.current_version_id as target_version,
    t.mode as target_mode, coalesce(w.stack, '{}') || w.workflow_id as trail
  from won w
  cross join lateral (select number, error_workflow from workflow_versions where id = w.version_id limit 1) v
  cross join lateral (select key from workflows where id = w.workflow_id limit 1) f
  cross join lateral (
    select id, mode, current_version_id from workflows
    where key = v.error_workflow and enabled and archived_at is null limit 1
  ) t
  cross join lateral (select stack_limit from workflow_versions where id = t.current_version_id limit 1) c
  where w.alarm_id is not null
    and cardinality(array_positions(coalesce(w.stack, '{}') || w.workflow_id, t.id)) < coalesce(c.stack_limit, 1)
),
raised as (
  insert into executions (id, workflow_id, version_id, mode, stack)
  select alarm_id, target_id, target_version, target_mode, trail from alarms
),
told as (
  insert into execution_inputs (execution_id, input)
  select alarm_id, json_build_object('data', json_build_object('execution', json_build_object(
    'id', id, 'workflowKey', workflow_key, 'version', version, 'status', status, 'reason', reason,
    'error', ${packedJson('$2', 'error')}, 'requestId', request_id,
    'createdAt', ${isoTime('created_at')}, 'endedAt', ${isoTime('ended_at')}
  ))) from alarms
)`;

/**
 * Wakes the parents whose subflow node waits: they are due now, or, while they run, as soon as they let go. A parent that
 * ends in this very statement needs no waking, and must not be updated twice. By the name of the whole table: it may be of
 * another day.
 */
const WAKES = `woken as (
  update executions p set resume_at = now()
  from won w
  where w.parent_execution_id is not null and p.id = w.parent_execution_id and p.status in ('queued', 'started')
    and not exists (select 1 from won o where o.id = p.id)
)`;

/** What a batch of endings needs besides the endings. */
interface RecordParts {
  alarm: boolean;
  wake: boolean;
}

/**
 * The statement that ends executions, with everything that belongs to the ending. The usual batch, in which all went well
 * and nobody waits, does not carry the weight of the other parts.
 */
export function recordStatement({ alarm, wake }: RecordParts): PartitionedStatement {
  return STATEMENTS[`${alarm}-${wake}`]!;
}

const STATEMENTS: Readonly<Record<string, PartitionedStatement>> = Object.fromEntries(
  [false, true].flatMap((alarm) =>
    [false, true].map((wake) => [
      `${alarm}-${wake}`,
      {
        name: `record-outcome${alarm ? '-and-alarm' : ''}${wake ? '-and-wake' : ''}`,
        text: (tables: DayTables) =>
          ['with ' + INPUT, endings(tables), ...(alarm ? [ALARMS] : []), ...(wake ? [WAKES] : [])].join(', ') +
          ' select n from won',
      },
    ]),
  ),
);
