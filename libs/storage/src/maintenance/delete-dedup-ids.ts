import type pg from 'pg';
import type { PruneOptions } from '../contract.js';
import { inBatches } from './in-batches.js';

// An hour late: a key that ran out a moment ago is about to be taken over, and an insert into a free place costs more.
const DELETE = {
  name: 'delete-expired-dedup-ids',
  text: `with expired as (
      select dedup_id from dedup_ids where expires_at < now() - interval '1 hour'
      order by expires_at limit $1 for update skip locked
    )
    delete from dedup_ids d using expired
    where d.dedup_id = expired.dedup_id and d.expires_at < now() - interval '1 hour'`,
};

/** Dedup ids that expired over an hour ago. One that an insert takes over meanwhile is locked or not expired any more. */
export function deleteDedupIds(client: Pick<pg.Client, 'query'>, { batch, signal }: PruneOptions): Promise<number> {
  return inBatches(signal, async (after) => {
    const { rowCount } = await client.query({ ...DELETE, values: [batch] });
    const deleted = rowCount ?? 0;
    return { deleted, next: deleted === batch ? after : null };
  });
}
