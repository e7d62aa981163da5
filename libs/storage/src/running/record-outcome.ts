import type { Ending } from '#engine';
import { newId, type SecretBox } from '#shared';
import { idBounds } from '../connection/id-bounds.js';
import { optionalJsonBytes } from '../connection/json-bytes.js';
import { PayloadPacker } from '../connection/payload-packer.js';
import { storableText } from '../connection/storable-text.js';
import { RejectedRow, type OutcomeToRecord } from '../contract.js';
import type { PartitionedQuery } from '../partitions/partitioned-query.js';
import { recordStatement } from './record-statements.js';
import { sealRuns } from './seal-runs.js';

/** An outcome made ready for the batch. */
export interface OutcomeRow {
  id: string;
  payloads: Record<'runs' | 'reply' | 'output' | 'error', Buffer | null>;
  bytes: number;
  /** Id for the execution of the error workflow, if one is to be started; null after an ending that starts none. */
  alarmId: string | null;
  /** Somebody may wait for this ending. */
  hasParent: boolean;
  columns: Record<string, unknown>;
}

/**
 * Endings that start the error workflow: not what went well, and not what somebody cancelled, nor a child that ended
 * with its parent or was not needed any more.
 */
const ALARMING: ReadonlySet<Ending> = new Set(['failed', 'error', 'aborted', 'rejected', 'retry_needed']);

/** Throws {@link RejectedRow} when the outcome cannot be written down at all. */
export function toOutcomeRow(outcome: OutcomeToRecord, box: SecretBox): OutcomeRow {
  const { startedAt, endedAt, expected, nodeRuns } = outcome;
  if (Number.isNaN(startedAt.getTime()) || Number.isNaN(endedAt.getTime()))
    throw new RejectedRow('A time is not a date.');
  const id = outcome.executionId.toLowerCase();
  const payloads = {
    runs: nodeRuns.length > 0 ? sealRuns(box, id, nodeRuns) : null,
    reply: optionalJsonBytes(outcome.reply),
    output: optionalJsonBytes(outcome.output),
    error: optionalJsonBytes(outcome.error),
  };
  const isAlarming = ALARMING.has(outcome.status) && outcome.reason !== 'parent_aborted';
  const alarmId = isAlarming ? newId() : null;
  return {
    id,
    payloads,
    bytes: Object.values(payloads).reduce((sum, payload) => sum + (payload?.length ?? 0), 0),
    alarmId,
    hasParent: (outcome.parentExecutionId ?? null) !== null,
    columns: {
      id,
      expected: expected.status,
      attempt: expected.attempt,
      lease_id: expected.leaseId,
      status: outcome.status,
      reason: outcome.reason === null ? null : storableText(outcome.reason),
      started_at: startedAt.toISOString(),
      ended_at: endedAt.toISOString(),
      release: outcome.releaseDedup,
      remove: outcome.deleteWhenEnded,
      alarm_id: alarmId,
    },
  };
}

/**
 * For each row whether the compare held and everything was written. Two rows of one execution may share a batch: an
 * update joins each target once, so at most one of them wins.
 */
export async function recordOutcomes(queries: PartitionedQuery, rows: readonly OutcomeRow[]): Promise<boolean[]> {
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
  const statement = recordStatement({
    alarm: rows.some((row) => row.alarmId !== null),
    wake: rows.some((row) => row.hasParent),
  });
  const ids = rows.map((row) => row.id);
  const values = [JSON.stringify(parameters), packer.toBuffer(), ...idBounds(ids)];
  const recorded = new Set((await queries.query<{ n: number }>(statement, ids, values)).map((row) => row.n));
  return rows.map((_, n) => recorded.has(n));
}
