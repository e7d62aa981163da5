import { idFloor } from '#shared';
import type pg from 'pg';
import type { PruneOptions } from '../contract.js';
import { inBatches } from './in-batches.js';

const DELETE = {
  name: 'delete-notifications',
  text: `delete from notifications
    where id = any(array(select id from notifications where id < $1 order by id limit $2))`,
};

/** In-app notifications made before `before`, read or not: by then nobody sends them again. */
export function deleteNotifications(
  client: Pick<pg.Client, 'query'>,
  before: Date,
  { batch, signal }: PruneOptions,
): Promise<number> {
  return inBatches(signal, async (after) => {
    const { rowCount } = await client.query({ ...DELETE, values: [idFloor(before), batch] });
    const deleted = rowCount ?? 0;
    return { deleted, next: deleted === batch ? after : null };
  });
}
