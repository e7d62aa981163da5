import { idFloor, newId } from '#shared';
import type pg from 'pg';
import { PARTITIONED_TABLES } from '../../partitions/partitioned-tables.js';

const DAY_MS = 86_400_000;

export interface PastExecution {
  workflowId: number | null;
  /** Days between its acceptance and now. */
  daysAgo: number;
  status: string;
  /** Of another one's request; absent: it has its own, as old as itself. */
  requestId?: string;
  deleteAt?: Date;
}

/** A new id of that many days ago. */
export function pastId(daysAgo: number): string {
  return idFloor(new Date(Date.now() - daysAgo * DAY_MS)).slice(0, 13) + newId().slice(13);
}

/** Suffix of the partitions that rows of that many days ago lie in. */
export function pastDay(daysAgo: number): string {
  return `p${new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** The partitions of a day, as they were made when it was to come. */
export async function makePastDay(client: pg.Client, daysAgo: number): Promise<void> {
  const day = Math.floor((Date.now() - daysAgo * DAY_MS) / DAY_MS) * DAY_MS;
  const [low, high] = [idFloor(new Date(day)), idFloor(new Date(day + DAY_MS))];
  for (const { table } of PARTITIONED_TABLES) {
    const name = `${table}_${pastDay(daysAgo)}`;
    await client.query(`create table ${name} partition of ${table} for values from ('${low}') to ('${high}')`);
  }
}

/** An execution with a row in every table that holds parts of it. */
export async function insertPast(client: pg.Client, past: PastExecution): Promise<{ id: string; requestId: string }> {
  const { workflowId, daysAgo, status, deleteAt = null } = past;
  const id = pastId(daysAgo);
  const requestId = past.requestId ?? pastId(daysAgo);
  await client.query(
    `insert into executions (id, request_id, workflow_id, version_id, mode, status, delete_at)
      values ($1, $2, $3, 1, 'async', $4, $5)`,
    [id, requestId, workflowId, status, deleteAt],
  );
  await client.query(`insert into execution_results (execution_id, status) values ($1, 'failed')`, [id]);
  await client.query(`insert into execution_inputs (execution_id, input) values ($1, '{}')`, [id]);
  await client.query(`insert into node_runs (execution_id, seq, runs) values ($1, 0, '[]'), ($1, 1, '[]')`, [id]);
  if (past.requestId === undefined) await insertPastRequest(client, workflowId, requestId, id);
  return { id, requestId };
}

/** A request row under this id. */
export async function insertPastRequest(
  client: pg.Client,
  workflowId: number | null,
  id: string,
  executionId: string | null = null,
): Promise<void> {
  await client.query(
    `insert into requests (id, execution_id, received_at, workflow_id, verdict, method, ip, url)
      values ($1, $2, now(), $3, 'accepted', 'POST', '192.0.2.1', '/')`,
    [id, executionId, workflowId],
  );
}
