import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';
import { jsonBytes, optionalJsonBytes } from '../connection/json-bytes.js';
import { PayloadPacker, packedJson } from '../connection/payload-packer.js';
import { storableText } from '../connection/storable-text.js';
import { RejectedRow, type OutcomeToRecord } from '../contract.js';

/** An outcome made ready for the batch. */
export interface OutcomeRow {
  id: string;
  payloads: Record<'runs' | 'reply' | 'output' | 'error', Buffer | null>;
  bytes: number;
  columns: Record<string, unknown>;
}

/**
 * The compare-and-set that ends executions, and everything that belongs to the ending, in one statement. The attempt
 * fences: each claim has its own. Journal rows of earlier writes are counted only where there can be any.
 */
const RECORD = {
  name: 'record-outcome',
  text: `with input as materialized (
  select * from json_to_recordset($1::json) as x (
    n int, id uuid, expected execution_status, attempt smallint, lease_id int, status execution_status, reason text,
    started_at timestamptz, ended_at timestamptz, release boolean, runs_at int, runs_length int,
    reply_at int, reply_length int, output_at int, output_length int, error_at int, error_length int
  )
),
won as (
  update executions e
  set status = i.status, reason = i.reason, started_at = coalesce(e.started_at, i.started_at), ended_at = i.ended_at,
    lease_id = null
  from input i
  where e.id = i.id and e.id >= $3 and e.id <= $4 and e.status = i.expected and e.attempt = i.attempt
    and e.lease_id is not distinct from i.lease_id
  returning i.*, e.dedup_id
),
runs as (
  insert into node_runs (execution_id, seq, runs)
  select id,
    case when expected = 'queued' and attempt = 0 then 0
      else (select coalesce(max(seq) + 1, 0) from node_runs where execution_id = won.id) end,
    ${packedJson('$2', 'runs')}
  from won where runs_length >= 0
),
results as (
  insert into execution_results (execution_id, status, reply, output, error)
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
)
select n from won`,
};

/** Throws {@link RejectedRow} when the outcome cannot be written down at all. */
export function toOutcomeRow(outcome: OutcomeToRecord): OutcomeRow {
  const { startedAt, endedAt, expected } = outcome;
  if (Number.isNaN(startedAt.getTime()) || Number.isNaN(endedAt.getTime()))
    throw new RejectedRow('A time is not a date.');
  const payloads = {
    runs: outcome.nodeRuns.length > 0 ? jsonBytes(outcome.nodeRuns) : null,
    reply: optionalJsonBytes(outcome.reply),
    output: optionalJsonBytes(outcome.output),
    error: optionalJsonBytes(outcome.error),
  };
  return {
    id: outcome.executionId,
    payloads,
    bytes: Object.values(payloads).reduce((sum, payload) => sum + (payload?.length ?? 0), 0),
    columns: {
      id: outcome.executionId,
      expected: expected.status,
      attempt: expected.attempt,
      lease_id: expected.leaseId,
      status: outcome.status,
      reason: outcome.reason === null ? null : storableText(outcome.reason),
      started_at: startedAt.toISOString(),
      ended_at: endedAt.toISOString(),
      release: outcome.releaseDedup,
    },
  };
}

/**
 * For each row whether the compare held and everything was written. Two rows of one execution may share a batch: an
 * update joins each target once, so at most one of them wins.
 */
export async function recordOutcomes(database: Database, rows: readonly OutcomeRow[]): Promise<boolean[]> {
  const packer = new PayloadPacker();
  const parameters = rows.map((row, n) => {
    const columns: Record<string, unknown> = { ...row.columns, n };
    for (const [name, payload] of Object.entries(row.payloads)) {
      const slice = packer.add(payload);
      columns[`${name}_at`] = slice.at;
      columns[`${name}_length`] = slice.length;
    }
    return columns;
  });
  const values = [JSON.stringify(parameters), packer.toBuffer(), ...idBounds(rows.map((row) => row.id))];
  const recorded = new Set((await database.query<{ n: number }>(RECORD, values)).map((row) => row.n));
  return rows.map((_, n) => recorded.has(n));
}
