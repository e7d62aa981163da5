import { interruptedReply, isEnding, settlePending, type ExecutionStatus, type NodeRunRecord } from '#engine';
import { isJsonObject, type JsonObject } from '#shared';
import type { Database } from '../connection/database.js';
import { StorageUnavailable, type EndResult, type OutcomeToRecord, type OutsideEnding } from '../contract.js';
import { loadRuns } from './load-runs.js';
import { jsonBytes } from '../connection/json-bytes.js';

/** A row that moves on between reading it and ending it is read again; so often only something broken moves. */
const MAX_ROUNDS = 20;

/** The document whole: Postgres may be unable to look into its JSON. */
const LOAD_OPEN = {
  name: 'load-open-execution',
  text: `select e.status, e.attempt, e.lease_id, e.mode, e.reply_to, e.dedup_id is not null as deduped, e.started_at,
    e.parent_execution_id, v.document
  from executions e left join workflow_versions v on v.id = e.version_id
  where e.id = $1`,
};

const ADD_RUNS = {
  name: 'add-node-runs',
  text: `insert into node_runs (execution_id, seq, runs) values ($1, $2, convert_from($3::bytea, 'UTF8')::json)
    on conflict do nothing`,
};

interface OpenRow {
  status: ExecutionStatus;
  attempt: number;
  lease_id: number | null;
  mode: 'async' | 'sync';
  reply_to: string | null;
  deduped: boolean;
  started_at: Date | null;
  parent_execution_id: string | null;
  document: JsonObject | null;
}

type Expected = OutcomeToRecord['expected'];

/** What it needs of the store: ends one execution by compare-and-set. */
type RecordOutcome = (outcome: OutcomeToRecord) => Promise<boolean>;

/**
 * Ends an open execution by the same compare-and-set as its worker would. The compare is with what was read: who loses
 * against a claim, a hand-back or a resumption reads again, who loses against an ending says so.
 *
 * @param executionId a UUID in lower case
 */
export async function endFromOutside(
  database: Database,
  record: RecordOutcome,
  { executionId, ending, onlyIf }: { executionId: string; ending: OutsideEnding; onlyIf?: Expected | undefined },
): Promise<EndResult> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const [row] = await database.query<OpenRow>(LOAD_OPEN, [executionId]);
    if (row === undefined) return { kind: 'unknown' };
    const { status } = row;
    if (isEnding(status)) return { kind: 'closed', status };
    const expected = { status, attempt: row.attempt, leaseId: row.lease_id };
    if (onlyIf && !isSame(expected, onlyIf)) return { kind: 'changed' };
    const { runs } = await loadRuns(database, executionId);
    const outcome = toOutcome(executionId, row, { expected, ending, runs });
    if (!(await record(outcome))) continue;
    if (row.lease_id !== null) await settleLate(database, outcome).catch(ignoreOutage);
    return { kind: 'ended', replyTo: row.reply_to };
  }
  throw new StorageUnavailable(`Execution ${executionId} moves on faster than it can be ended.`);
}

/**
 * The visit that a worker began between the reading and the ending. After the ending nobody writes visits any more, so
 * now all of them are to be seen.
 */
async function settleLate(
  database: Database,
  { executionId, status, error, endedAt }: Pick<OutcomeToRecord, 'executionId' | 'status' | 'error' | 'endedAt'>,
): Promise<void> {
  const { runs, nextSeq } = await loadRuns(database, executionId);
  const late = settlePending(runs, { status, error }, endedAt);
  if (late.length > 0) await database.query(ADD_RUNS, [executionId, nextSeq, jsonBytes(late)]);
}

/** The ending stands; that a visit is shown as under way must not make its caller believe otherwise. */
function ignoreOutage(error: unknown): void {
  if (!(error instanceof StorageUnavailable)) throw error;
}

function isSame(a: Expected, b: Expected): boolean {
  return a.status === b.status && a.attempt === b.attempt && a.leaseId === b.leaseId;
}

/** Visits are written as they were read, encrypted parts included; only those under way get the ending. */
function toOutcome(
  executionId: string,
  row: OpenRow,
  { expected, ending, runs }: { expected: Expected; ending: OutsideEnding; runs: readonly NodeRunRecord[] },
): OutcomeToRecord {
  const endedAt = new Date();
  const isSync = row.mode === 'sync';
  return {
    executionId,
    expected,
    ...ending,
    startedAt: row.started_at ?? endedAt,
    endedAt,
    nodeRuns: settlePending(runs, ending, endedAt),
    reply: isSync ? interruptedReply(executionId) : null,
    output: null,
    parentExecutionId: row.parent_execution_id,
    releaseDedup: isSync && row.deduped,
    deleteWhenEnded: isDeletedOn(ending.status, row.document),
  };
}

function isDeletedOn(status: string, document: JsonObject | null): boolean {
  const options = document?.options;
  const statuses = isJsonObject(options) ? options.deleteExecutionOnStatus : null;
  return Array.isArray(statuses) && statuses.includes(status);
}
