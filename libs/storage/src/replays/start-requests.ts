import { newId } from '#shared';
import { idBounds } from '../connection/id-bounds.js';
import type { Transaction } from '../connection/transaction.js';
import type { QueuedExecution } from '../queued-execution.js';
import type { ReplayableRequest, ReplayDecider, ReplayOutcome } from './contract.js';
import { REPLAYABLE_COLUMNS, toReplayable, type ReplayableRow } from './replayable-request.js';

/** What became of a batch. */
export interface StartedBatch {
  started: QueuedExecution[];
  /** One per member that is new. */
  outcomes: ReplayOutcome[];
}

// Locked, so that who deletes what nobody needs sees the executions of this transaction, or is waited for here.
const LOAD = `select ${REPLAYABLE_COLUMNS}
  from requests r join workflows w on w.id = r.workflow_id
  where r.id = any($1::uuid[]) and r.id >= $2 and r.id <= $3 order by r.id for key share of r`;

// The execution goes by the member that is new: a request that is one already starts nothing. No dedup id, for the key
// is that of the first execution; nobody waits for a reply.
const START = `with given as materialized (
    select * from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::int[], $8::workflow_mode[])
      as g (member_id, outcome, reason, execution_id, workflow_id, version_id, mode)
  ),
  fresh as (
    insert into replay_members (replay_id, member_id, execution_id, outcome, reason)
    select $1, member_id, execution_id, outcome, reason from given on conflict do nothing
    returning member_id
  ),
  queued as (
    insert into executions (id, request_id, workflow_id, version_id, mode)
    select execution_id, member_id, workflow_id, version_id, mode
    from given where outcome = 'started' and member_id in (select member_id from fresh)
  )
  select member_id from fresh`;

interface Member {
  id: string;
  outcome: ReplayOutcome;
  reason: string | null;
  executionId: string | null;
  candidate: ReplayableRequest | null;
}

/** Starts the requests `ids` again, as members of a replay that the transaction holds. */
export async function startRequests(
  transaction: Transaction,
  replayId: string,
  ids: readonly string[],
  decider: Pick<ReplayDecider, 'screen'>,
): Promise<StartedBatch> {
  const rows = await transaction.query<ReplayableRow>(LOAD, [ids, ...idBounds(ids)]);
  const found = new Map(rows.map((row) => [row.request_id, row]));
  const members: Member[] = [];
  for (const id of ids) {
    const row = found.get(id);
    members.push(row ? await decide(toReplayable(row), decider) : gone(id));
  }
  return insertMembers(transaction, replayId, members);
}

/** One request as the only member of a replay. */
export function startCandidate(
  transaction: Transaction,
  replayId: string,
  candidate: ReplayableRequest,
): Promise<StartedBatch> {
  const { id } = candidate.request;
  const member: Member = { id, outcome: 'started', reason: null, executionId: newId(), candidate };
  return insertMembers(transaction, replayId, [member]);
}

async function decide(candidate: ReplayableRequest, decider: Pick<ReplayDecider, 'screen'>): Promise<Member> {
  const { id } = candidate.request;
  const verdict = await verdictOn(candidate, decider);
  if (verdict.outcome === 'started') {
    return { id, outcome: 'started', reason: null, executionId: newId(), candidate };
  }
  return { id, ...verdict, executionId: null, candidate: null };
}

function verdictOn(candidate: ReplayableRequest, decider: Pick<ReplayDecider, 'screen'>) {
  if (candidate.versionId === null) return { outcome: 'skipped' as const, reason: 'no_version' };
  if (!candidate.enabled) return { outcome: 'skipped' as const, reason: 'workflow_disabled' };
  return decider.screen(candidate);
}

function gone(id: string): Member {
  return { id, outcome: 'gone', reason: 'no_request', executionId: null, candidate: null };
}

async function insertMembers(
  transaction: Transaction,
  replayId: string,
  members: readonly Member[],
): Promise<StartedBatch> {
  const fresh = await transaction.query<{ member_id: string }>(START, [
    replayId,
    members.map(({ id }) => id),
    members.map(({ outcome }) => outcome),
    members.map(({ reason }) => reason),
    members.map(({ executionId }) => executionId),
    members.map(({ candidate }) => candidate?.workflowId ?? null),
    members.map(({ candidate }) => candidate?.versionId ?? null),
    members.map(({ candidate }) => candidate?.mode ?? null),
  ]);
  const isFresh = new Set(fresh.map(({ member_id }) => member_id));
  const taken = members.filter(({ id }) => isFresh.has(id));
  return {
    started: taken.flatMap(({ executionId, candidate }) => (candidate ? [queued(executionId!, candidate.mode)] : [])),
    outcomes: taken.map(({ outcome }) => outcome),
  };
}

function queued(id: string, mode: 'async' | 'sync'): QueuedExecution {
  return { id, attempt: 0, mode, dedupId: null, chunkId: null };
}
