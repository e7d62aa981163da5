import { idBounds } from '../connection/id-bounds.js';
import { PayloadPacker, packedJson } from '../connection/payload-packer.js';
import type { PartitionedQuery, PartitionedStatement } from '../partitions/partitioned-query.js';

export interface EntryToJournal {
  executionId: string;
  attempt: number;
  leaseId: number;
  seq: number;
  /** JSON of the node runs; null when there are none. */
  runs: Buffer | null;
  /** How the execution stands after it: with its worker, waiting without one, or among the queued. */
  next: 'held' | 'suspended' | 'queued';
  /** When a suspended one goes on; null: somebody wakes it. */
  resumeAt: Date | null;
}

/**
 * A `resume_at` that is there while the execution runs was set by who woke it: it then does not wait at all.
 *
 * The row lock orders a journal entry and an ending: whichever comes second sees the other. The lease is looked at too,
 * because recovery removes it before it looks for what was lost.
 *
 * A `seq` that exists is written over: only the claim that holds the execution gets there, with a statement whose first
 * commit it did not hear of. Letting go ends the hold, so the same statement once more finds nothing to let go of.
 */
const JOURNAL: PartitionedStatement = {
  name: 'journal-entries',
  text: (tables) => `with input as materialized (
  select * from json_to_recordset($1::json) as x (
    n int, id uuid, attempt int, lease_id int, seq int, next text, resume_at timestamptz, runs_at int, runs_length int
  )
),
held as (
  select i.* from input i join ${tables.executions} e on e.id = i.id
  where e.id >= $3 and e.id <= $4 and e.status = 'started' and e.attempt = i.attempt and e.lease_id = i.lease_id
    and exists (select 1 from leases l where l.id = i.lease_id)
  order by e.id
  for no key update of e
),
written as (
  insert into ${tables.node_runs} (execution_id, seq, runs)
  select id, seq, ${packedJson('$2', 'runs')}
  from held where runs_length >= 0
  on conflict (execution_id, seq) do update set runs = excluded.runs
),
let_go as (
  update ${tables.executions} e
  set status = case h.next when 'queued' then 'queued'::execution_status else e.status end, lease_id = null,
    resume_at = case h.next when 'suspended' then coalesce(e.resume_at, h.resume_at) end, lost = case h.next when 'suspended' then 0 else e.lost end
  from held h where e.id = h.id and e.id >= $3 and e.id <= $4 and h.next <> 'held'
)
select n from held`,
};

/**
 * For each entry whether its claim still held and it was written. Entries of one execution in one batch are written one
 * after the other: the later one must see whether the earlier let go.
 */
export async function journalEntries(
  queries: PartitionedQuery,
  entries: readonly EntryToJournal[],
): Promise<boolean[]> {
  const written = new Map<EntryToJournal, boolean>();
  let waiting = entries;
  while (waiting.length > 0) {
    const first = new Map<string, EntryToJournal>();
    for (const entry of waiting) if (!first.has(entry.executionId)) first.set(entry.executionId, entry);
    const batch = [...first.values()];
    const held = await writeEntries(queries, batch);
    batch.forEach((entry, n) => written.set(entry, held.has(n)));
    waiting = waiting.filter((entry) => !written.has(entry));
  }
  return entries.map((entry) => written.get(entry)!);
}

/** Places of the entries that were written; each is of another execution. */
async function writeEntries(queries: PartitionedQuery, entries: readonly EntryToJournal[]): Promise<Set<number>> {
  const packer = new PayloadPacker();
  const rows = entries.map(({ executionId, attempt, leaseId, seq, runs, next, resumeAt }, n) => {
    const slice = packer.add(runs);
    return {
      n,
      id: executionId,
      attempt,
      lease_id: leaseId,
      seq,
      next,
      resume_at: resumeAt?.toISOString() ?? null,
      runs_at: slice.at,
      runs_length: slice.length,
    };
  });
  const ids = entries.map((entry) => entry.executionId);
  const values = [JSON.stringify(rows), packer.toBuffer(), ...idBounds(ids)];
  const held = await queries.query<{ n: number }>(JOURNAL, ids, values);
  return new Set(held.map((row) => row.n));
}
