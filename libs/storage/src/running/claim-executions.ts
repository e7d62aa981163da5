import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';

export interface ClaimToMake {
  executionId: string;
  /** The attempt the row has now; it grows by one. */
  attempt: number;
  leaseId: number;
}

// A claim under a lease that is gone would be recovered at once: refused.
const CLAIM = {
  name: 'claim-executions',
  text: `update executions e
    set status = 'started', attempt = e.attempt + 1, lease_id = i.lease_id, started_at = coalesce(e.started_at, now())
    from json_to_recordset($1::json) as i (n int, id uuid, attempt smallint, lease_id int)
    where e.id = i.id and e.id >= $2 and e.id <= $3 and e.status = 'queued' and e.attempt = i.attempt
      and exists (select 1 from leases l where l.id = i.lease_id)
    returning i.n`,
};

/** For each claim whether it was made. Of two equal claims in a batch one wins: an update joins each target once. */
export async function claimExecutions(database: Database, claims: readonly ClaimToMake[]): Promise<boolean[]> {
  const rows = claims.map((claim, n) => ({
    n,
    id: claim.executionId,
    attempt: claim.attempt,
    lease_id: claim.leaseId,
  }));
  const bounds = idBounds(claims.map((claim) => claim.executionId));
  const won = await database.query<{ n: number }>(CLAIM, [JSON.stringify(rows), ...bounds]);
  const made = new Set(won.map((row) => row.n));
  return claims.map((_, n) => made.has(n));
}
