import { idBounds } from '../connection/id-bounds.js';
import type { PartitionedQuery, PartitionedStatement } from '../partitions/partitioned-query.js';

export interface ClaimToMake {
  executionId: string;
  /** The attempt the row has now; it grows by one. */
  attempt: number;
  leaseId: number;
  /** Milliseconds from the first claim to the end of the execution's time; null or 0 for no limit. */
  timeoutMs: number | null;
}

// A claim under a lease that is gone would be recovered at once: refused.
const CLAIM: PartitionedStatement = {
  name: 'claim-executions',
  text: (tables) => `update ${tables.executions} e
    set status = 'started', attempt = e.attempt + 1, lease_id = i.lease_id, started_at = coalesce(e.started_at, now()),
      expires_at = coalesce(e.expires_at, now() + nullif(i.timeout_ms, 0) * interval '1 millisecond'), resume_at = null
    from json_to_recordset($1::json) as i (n int, id uuid, attempt int, lease_id int, timeout_ms bigint)
    where e.id = i.id and e.id >= $2 and e.id <= $3 and e.status = 'queued' and e.attempt = i.attempt
      and exists (select 1 from leases l where l.id = i.lease_id)
    returning i.n`,
};

/** For each claim whether it was made. Of two equal claims in a batch one wins: an update joins each target once. */
export async function claimExecutions(queries: PartitionedQuery, claims: readonly ClaimToMake[]): Promise<boolean[]> {
  const rows = claims.map(({ executionId, attempt, leaseId, timeoutMs }, n) => ({
    n,
    id: executionId,
    attempt,
    lease_id: leaseId,
    timeout_ms: timeoutMs === null ? null : Math.ceil(timeoutMs),
  }));
  const ids = claims.map((claim) => claim.executionId);
  const won = await queries.query<{ n: number }>(CLAIM, ids, [JSON.stringify(rows), ...idBounds(ids)]);
  const made = new Set(won.map((row) => row.n));
  return claims.map((_, n) => made.has(n));
}
