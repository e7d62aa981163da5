import { idFloor } from '#shared';
import type { Database } from '../connection/database.js';
import { storableText } from '../connection/storable-text.js';
import type { RefusalCount, RefusalCounts } from '../contract.js';

/** Rows of the log that are counted, the newest; a flood leaves more than anybody waits for. */
const MOST_ROWS = 100_000;
const MOST_ITEMS = 1_000;

interface CountRow {
  workflow_key: string | null;
  gate: number;
  reason: string;
  count: string;
  logged: string;
  seen: string;
}

// The literals choose the index of what was not accepted. Workflow 0 stands for none.
const COUNT = {
  name: 'list-refusal-counts',
  text: `with asked as materialized (select id from workflows where key = $3),
    newest as materialized (
      select coalesce(workflow_id, 0) as workflow_id, gate, reason
      from requests
      where verdict = 'refused' and verdict <> 'accepted' and id >= $1 and id < $2
        and ($3::text is null or workflow_id = (select id from asked))
      order by id desc limit ${MOST_ROWS}
    ),
    all_of_them as (
      select workflow_id, coalesce(gate, 0) as gate, coalesce(reason, 'refused') as reason, count(*) as logged, 0 as unlogged
      from newest group by 1, 2, 3
      union all
      select workflow_id, gate, reason, 0, sum(count)
      from refusal_counts
      where minute >= $4 and minute < $5 and ($3::text is null or workflow_id = (select id from asked))
      group by 1, 2, 3
    )
    select w.key as workflow_key, a.gate, a.reason, sum(a.logged + a.unlogged) as count, sum(a.logged) as logged,
      (select count(*) from newest) as seen
    from all_of_them a left join workflows w on w.id = a.workflow_id
    group by w.key, a.gate, a.reason order by 4 desc, 1, 2, 3 limit ${MOST_ITEMS + 1}`,
};

/** Refusals between two times, those in the log and those beyond its rate, by workflow, gate and reason. */
export async function countRefusals(
  database: Pick<Database, 'query'>,
  { workflow, from, to }: { workflow?: string | undefined; from: Date; to: Date },
): Promise<RefusalCounts> {
  const key = workflow === undefined ? null : storableText(workflow);
  const rows = await database.query<CountRow>(COUNT, [idFloor(from), idFloor(to), key, from, to]);
  const complete = rows.length <= MOST_ITEMS && Number(rows[0]?.seen ?? 0) < MOST_ROWS;
  return { items: rows.slice(0, MOST_ITEMS).map(toCount), complete };
}

function toCount({ workflow_key, gate, reason, count, logged }: CountRow): RefusalCount {
  return { workflowKey: workflow_key, gate, reason, count: Number(count), logged: Number(logged) };
}
