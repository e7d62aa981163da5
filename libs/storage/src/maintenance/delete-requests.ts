import type pg from 'pg';
import { idBounds } from '../connection/id-bounds.js';
import type { PruneOptions } from '../contract.js';
import { inBatches, type DeletedBatch } from './in-batches.js';

const PAST = `id > $1 and id < $2 order by id limit $3 for update skip locked`;

const FIND_PAST = {
  name: 'find-past-requests',
  text: `select id from requests where workflow_id = $4 and ${PAST}`,
};

const FIND_PAST_STRAY = {
  name: 'find-past-stray-requests',
  text: `select id from requests where workflow_id is null and ${PAST}`,
};

// What an open execution runs on stays, also when a retry made it open long after. Read over the partial indexes once a
// batch, whatever the number of open executions: a look-up by request has no index.
const DELETE_UNNEEDED = {
  name: 'delete-unneeded-requests',
  text: `with needed as materialized (
      select request_id from executions where status = 'queued' and request_id >= $2 and request_id <= $3
      union all
      select request_id from executions where status = 'started' and request_id >= $2 and request_id <= $3
    )
    delete from requests
    where id = any($1::uuid[]) and id >= $2 and id <= $3 and id not in (select request_id from needed)
    returning id`,
};

/** The requests of a workflow (null: of none) with ids below `before`, save those that open executions need. */
export function deleteRequests(
  client: Pick<pg.Client, 'query'>,
  workflowId: number | null,
  before: string,
  { batch, signal }: PruneOptions,
): Promise<number> {
  return inBatches(signal, async (after) => {
    const find =
      workflowId === null
        ? { ...FIND_PAST_STRAY, values: [after, before, batch] }
        : { ...FIND_PAST, values: [after, before, batch, workflowId] };
    await client.query('begin');
    try {
      const result = await deleteBatch(client, find, batch);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  });
}

/**
 * Locks first, looks who needs them second: a retry locks the request it runs on, so it is either seen by the second
 * statement, or finds its request gone. In one statement it could be neither.
 */
async function deleteBatch(
  client: Pick<pg.Client, 'query'>,
  find: pg.QueryConfig,
  batch: number,
): Promise<DeletedBatch> {
  const { rows } = await client.query<{ id: string }>(find);
  if (rows.length === 0) return { deleted: 0, next: null };
  const ids = rows.map(({ id }) => id);
  const gone = await client.query({ ...DELETE_UNNEEDED, values: [ids, ...idBounds(ids)] });
  return { deleted: gone.rows.length, next: ids.length === batch ? ids.at(-1)! : null };
}
