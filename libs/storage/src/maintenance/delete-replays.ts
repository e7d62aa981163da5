import type pg from 'pg';
import type { PruneOptions } from '../contract.js';
import { inBatches } from './in-batches.js';

const DELETE_MEMBERS = {
  name: 'delete-replay-members',
  text: `with past as (
      select m.replay_id, m.member_id from replays r join replay_members m on m.replay_id = r.id
      where r.ended_at < $1 limit $2
    )
    delete from replay_members m using past
    where m.replay_id = past.replay_id and m.member_id = past.member_id`,
};

const DELETE_REPLAYS = {
  name: 'delete-replays',
  text: `delete from replays where id = any(array(
    select r.id from replays r where r.ended_at < $1
      and not exists (select 1 from replay_members m where m.replay_id = r.id) limit $2))`,
};

/** Replays that ended before `before`, members first: those of one replay may be a million. */
export async function deleteReplays(
  client: Pick<pg.Client, 'query'>,
  before: Date,
  { batch, signal }: PruneOptions,
): Promise<number> {
  let rows = 0;
  for (const statement of [DELETE_MEMBERS, DELETE_REPLAYS]) {
    rows += await inBatches(signal, async (after) => {
      const { rowCount } = await client.query({ ...statement, values: [before, batch] });
      const deleted = rowCount ?? 0;
      return { deleted, next: deleted === batch ? after : null };
    });
  }
  return rows;
}
