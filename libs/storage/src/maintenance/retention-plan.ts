import { idFloor, isJsonObject, type JsonObject } from '#shared';
import type pg from 'pg';

const DAY_MS = 86_400_000;

const FACTORS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** From when on the executions and requests of a workflow are past their retention. */
export interface Cutoff {
  /** Null for requests that found no workflow. */
  workflowId: number | null;
  /** Ids below it are past. */
  before: string;
  /** Kept as long as anything: leaves by whole days, and only what lies elsewhere leaves row by row. */
  byDay: boolean;
}

export interface RetentionPlan {
  /** Days that ended by then are past the longest retention there is. */
  daysBefore: Date;
  /** Of refusal counts and in-app notifications, which belong to no workflow's retention. */
  countsBefore: Date;
  cutoffs: Cutoff[];
}

// Most documents do not say it, and documents may be large. As text: Postgres refuses to look into JSON with an escaped
// NUL, which a document may hold.
const RETENTIONS = `select w.id, case when v.document::text like '%"retention"%' then v.document end as document
  from workflows w left join workflow_versions v on v.id = w.current_version_id order by w.id`;

/**
 * What is past its retention now, by the database's clock. The current version of a workflow says how long its history
 * is kept; a workflow without one, an archived one too, keeps it for `retentionMs`.
 */
export async function loadRetentionPlan(client: Pick<pg.Client, 'query'>, retentionMs: number): Promise<RetentionPlan> {
  const { rows: clock } = await client.query<{ now: string }>('select extract(epoch from now()) * 1000 as now');
  const { rows: workflows } = await client.query<{ id: number; document: JsonObject | null }>(RETENTIONS);
  return toPlan(Math.floor(Number(clock[0]!.now)), workflows, retentionMs);
}

function toPlan(
  now: number,
  workflows: readonly { id: number; document: JsonObject | null }[],
  retentionMs: number,
): RetentionPlan {
  const kept: [number | null, number][] = workflows.map(({ id, document }) => [
    id,
    retentionOf(document) ?? retentionMs,
  ]);
  kept.push([null, retentionMs]);
  const longest = kept.reduce((most, [, ms]) => Math.max(most, ms), 0);
  const ago = (ms: number): number => Math.max(0, now - ms);
  const daysBefore = new Date(Math.floor(ago(longest) / DAY_MS) * DAY_MS);
  return {
    daysBefore,
    countsBefore: new Date(ago(retentionMs)),
    cutoffs: kept.map(([workflowId, ms]) => ({
      workflowId,
      before: idFloor(ms === longest ? daysBefore : new Date(ago(ms))),
      byDay: ms === longest,
    })),
  };
}

/** Milliseconds; null where the document does not say, or says nothing that can be read. */
function retentionOf(document: JsonObject | null): number | null {
  const options = document?.options;
  const text = isJsonObject(options) ? options.retention : undefined;
  const match = typeof text === 'string' ? /^(\d{1,10}) ?(ms|s|m|h|d)$/.exec(text) : null;
  return match === null ? null : Number(match[1]) * FACTORS[match[2]!]!;
}
