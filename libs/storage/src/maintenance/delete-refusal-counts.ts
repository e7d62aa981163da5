import type pg from 'pg';
import type { PruneOptions } from '../contract.js';
import { inBatches } from './in-batches.js';

const DELETE = {
  name: 'delete-refusal-counts',
  text: `delete from refusal_counts
    where ctid = any(array(select ctid from refusal_counts where minute < $1 order by minute limit $2))`,
};

/** The counts of minutes before `before`, which nobody adds to any more. */
export function deleteRefusalCounts(
  client: Pick<pg.Client, 'query'>,
  before: Date,
  { batch, signal }: PruneOptions,
): Promise<number> {
  return inBatches(signal, async (after) => {
    const { rowCount } = await client.query({ ...DELETE, values: [before, batch] });
    const deleted = rowCount ?? 0;
    return { deleted, next: deleted === batch ? after : null };
  });
}
