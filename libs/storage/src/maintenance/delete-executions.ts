import type pg from 'pg';
import { idBounds } from '../connection/id-bounds.js';
import type { PruneOptions } from '../contract.js';
import { inBatches } from './in-batches.js';

const FIND_PAST = {
  name: 'find-past-executions',
  text: `select id from executions
    where workflow_id = $1 and id > $2 and id < $3 and status not in ('queued', 'started') order by id limit $4`,
};

/**
 * Deletes the ended ones of the executions `$1` with all their parts, and answers them; `$2` and `$3` are the bounds of
 * the ids. Who comes second finds them gone.
 */
export const DELETE_EXECUTIONS = {
  name: 'delete-executions',
  text: `with gone as (
      delete from executions where id = any($1::uuid[]) and id >= $2 and id <= $3 and status not in ('queued', 'started')
      returning id
    ),
    results as (
      delete from execution_results where execution_id = any($1::uuid[]) and execution_id >= $2 and execution_id <= $3
        and execution_id in (select id from gone)
    ),
    inputs as (
      delete from execution_inputs where execution_id = any($1::uuid[]) and execution_id >= $2 and execution_id <= $3
        and execution_id in (select id from gone)
    ),
    runs as (
      delete from node_runs where execution_id = any($1::uuid[]) and execution_id >= $2 and execution_id <= $3
        and execution_id in (select id from gone)
    ),
    asked as (delete from tasks where execution_id = any($1::uuid[]) and execution_id in (select id from gone))
    select id from gone`,
};

/** The ended executions of a workflow with ids below `before`; how many there were. */
export function deleteExecutions(
  client: Pick<pg.Client, 'query'>,
  workflowId: number,
  before: string,
  { batch, signal }: PruneOptions,
): Promise<number> {
  return inBatches(signal, async (after) => {
    const { rows } = await client.query<{ id: string }>({ ...FIND_PAST, values: [workflowId, after, before, batch] });
    if (rows.length === 0) return { deleted: 0, next: null };
    const ids = rows.map(({ id }) => id);
    const gone = await client.query({ ...DELETE_EXECUTIONS, values: [ids, ...idBounds(ids)] });
    return { deleted: gone.rows.length, next: ids.length === batch ? ids.at(-1)! : null };
  });
}
