import type { SecretBox } from '#shared';
import type { Database } from '../connection/database.js';
import type { Transaction } from '../connection/transaction.js';
import type { PumpResult, ReplayDecider, ReplayOutcome } from './contract.js';
import { memberSource } from './member-source.js';
import { REPLAY_COLUMNS, toSelection, type ReplayRow } from './replay-rows.js';
import { startRequests, type StartedBatch } from './start-requests.js';
import { startRetries } from './start-retries.js';

/** Bodies of one batch that are held in memory together; a larger one travels alone. Bytes. */
const BATCH_BYTES = 8 * 1024 ** 2;

const DUE = {
  name: 'find-due-replay',
  text: `select (extract(epoch from min(next_at) - now()) * 1000)::float8 as due_in_ms
    from replays where status in ('queued', 'running')`,
};

// Held until the batch is committed: the others go on to the next replay, and a process that dies lets go at once.
const HOLD = `select ${REPLAY_COLUMNS} from replays where status in ('queued', 'running') and next_at <= now()
  order by next_at, id limit 1 for update skip locked`;

const ADVANCE = `update replays set status = case when $8 then 'done' else 'running' end, cursor = coalesce($2, cursor),
    started = started + $3, filtered = filtered + $4, refused = refused + $5, gone = gone + $6, skipped = skipped + $7,
    started_at = coalesce(started_at, now()), ended_at = case when $8 then now() end, error = null,
    next_at = greatest(next_at, now()) + $9 * interval '1 second'
  where id = $1`;

/** The next batch of a replay that is due, in one transaction. `onHeld` is told which one, before anything can fail. */
export async function pumpReplay(
  database: Database,
  box: SecretBox,
  limit: number,
  decider: ReplayDecider,
  onHeld: (replayId: string) => void,
): Promise<PumpResult> {
  const [due] = await database.query<{ due_in_ms: number | null }>(DUE);
  const dueInMs = due?.due_in_ms ?? null;
  if (dueInMs === null || dueInMs > 0) return { kind: 'idle', dueInMs };
  return database.transaction(async (transaction) => {
    const [row] = await transaction.query<ReplayRow>(HOLD);
    // Another process holds it: it is through with its batch soon.
    if (row === undefined) return { kind: 'idle', dueInMs: null };
    onHeld(row.id);
    return pumpBatch(transaction, box, row, limit, decider);
  });
}

async function pumpBatch(
  transaction: Transaction,
  box: SecretBox,
  row: ReplayRow,
  limit: number,
  decider: ReplayDecider,
): Promise<PumpResult> {
  const selection = toSelection(row);
  const ids = await nextMembers(transaction, row, batchOf(row.rate, limit));
  const batch = await startMembers();
  const ended = ids.length === 0;
  await advance(transaction, row, { cursor: ids.at(-1) ?? null, outcomes: batch.outcomes, ended, size: ids.length });
  return { kind: 'pumped', replayId: row.id, started: batch.started, members: ids.length, ended };

  function startMembers(): Promise<StartedBatch> | StartedBatch {
    if (ids.length === 0) return { started: [], outcomes: [] };
    if (selection.kind === 'requests') return startRequests(transaction, row.id, ids, decider);
    return startRetries(transaction, box, row.id, ids, selection, decider);
  }
}

/** Four batches a second: small ones at a low rate, so that it is even; at a high rate the limit makes them more. */
function batchOf(rate: number, limit: number): number {
  return Math.max(1, Math.min(limit, Math.ceil(rate / 4)));
}

async function nextMembers(transaction: Transaction, row: ReplayRow, limit: number): Promise<string[]> {
  const place = { replayId: row.id, after: row.cursor, bound: row.bound };
  const { id, from, where, values } = memberSource(toSelection(row), place);
  const bytes = row.kind === 'requests' ? 'octet_length(r.body) + coalesce(octet_length(r.content), 0)' : '0';
  const members = await transaction.query<{ id: string }>(
    `select id from (
        select id, sum(bytes) over (order by id) - bytes as before
        from (select ${id} as id, ${bytes} as bytes from ${from} where ${where} order by ${id} limit ${limit}) page
      ) sized where before < ${BATCH_BYTES} order by id`,
    values,
  );
  return members.map((member) => member.id);
}

async function advance(
  transaction: Transaction,
  { id, rate }: ReplayRow,
  batch: { cursor: string | null; outcomes: readonly ReplayOutcome[]; ended: boolean; size: number },
): Promise<void> {
  const count = (outcome: ReplayOutcome): number => batch.outcomes.filter((one) => one === outcome).length;
  const counts = [count('started'), count('filtered'), count('refused'), count('gone'), count('skipped')];
  await transaction.query(ADVANCE, [id, batch.cursor, ...counts, batch.ended, batch.size / rate]);
}
