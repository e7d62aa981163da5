import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';
import { PayloadPacker, packedJson } from '../connection/payload-packer.js';

export interface EntryToJournal {
  executionId: string;
  attempt: number;
  leaseId: number;
  seq: number;
  runs: Buffer;
}

/**
 * The row lock orders a journal entry and an ending: whichever comes second sees the other. The lease is looked at too,
 * because recovery removes it before it looks for what was lost.
 */
const JOURNAL = {
  name: 'journal-entries',
  text: `with input as materialized (
  select * from json_to_recordset($1::json) as x (n int, id uuid, attempt smallint, lease_id int, seq int, runs_at int, runs_length int)
),
held as (
  select i.* from input i join executions e on e.id = i.id
  where e.id >= $3 and e.id <= $4 and e.status = 'started' and e.attempt = i.attempt and e.lease_id = i.lease_id
    and exists (select 1 from leases l where l.id = i.lease_id)
  order by e.id
  for no key update of e
),
written as (
  insert into node_runs (execution_id, seq, runs) select id, seq, ${packedJson('$2', 'runs')} from held
)
select n from held`,
};

/** For each entry whether its claim still held and it was written. A `seq` that exists already is a rejected row. */
export async function journalEntries(database: Database, entries: readonly EntryToJournal[]): Promise<boolean[]> {
  const packer = new PayloadPacker();
  const rows = entries.map(({ executionId, attempt, leaseId, seq, runs }, n) => {
    const slice = packer.add(runs);
    return { n, id: executionId, attempt, lease_id: leaseId, seq, runs_at: slice.at, runs_length: slice.length };
  });
  const bounds = idBounds(entries.map((entry) => entry.executionId));
  const held = await database.query<{ n: number }>(JOURNAL, [JSON.stringify(rows), packer.toBuffer(), ...bounds]);
  const written = new Set(held.map((row) => row.n));
  return entries.map((_, n) => written.has(n));
}
