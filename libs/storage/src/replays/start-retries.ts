import type { NodeRunRecord } from '#engine';
import { newId, type SecretBox } from '#shared';
import type { Transaction } from '../connection/transaction.js';
import { createRetry } from '../history/create-retry.js';
import type { QueuedExecution } from '../queued-execution.js';
import type { ReplayDecider, ReplayOutcome, RetryPlan } from './contract.js';
import type { StartedBatch } from './start-requests.js';

const CLAIM = `insert into replay_members (replay_id, member_id, execution_id, outcome)
  select $1, member_id, execution_id, 'started' from unnest($2::uuid[], $3::uuid[]) as g (member_id, execution_id)
  on conflict do nothing returning member_id`;

const LEAVE_OUT = `update replay_members m set execution_id = null, outcome = g.outcome, reason = g.reason
  from unnest($2::uuid[], $3::text[], $4::text[]) as g (member_id, outcome, reason)
  where m.replay_id = $1 and m.member_id = g.member_id`;

interface LeftOut {
  id: string;
  outcome: Extract<ReplayOutcome, 'gone' | 'skipped'>;
  reason: string;
}

/** How the executions of a replay are retried. */
export interface RetryChoice {
  fromNode: string | null;
  version: 'same' | 'current';
}

/** Retries the executions `ids`, as members of a replay that the transaction holds: each as a retry by hand would. */
export async function startRetries(
  transaction: Transaction,
  box: SecretBox,
  replayId: string,
  ids: readonly string[],
  { fromNode, version }: RetryChoice,
  decider: Pick<ReplayDecider, 'plan'>,
): Promise<StartedBatch> {
  const retryIds = new Map(ids.map((id) => [id, newId()]));
  const claimed = await transaction.query<{ member_id: string }>(CLAIM, [replayId, ids, [...retryIds.values()]]);
  const fresh = new Set(claimed.map(({ member_id }) => member_id));
  const started: QueuedExecution[] = [];
  const leftOut: LeftOut[] = [];
  for (const of of ids.filter((id) => fresh.has(id))) {
    const plan = fromNode === null ? START : await decider.plan(of, fromNode, version);
    const result =
      plan.kind === 'planned'
        ? await retryOne(transaction, box, { id: retryIds.get(of)!, of, version, restored: plan.restored })
        : plan.kind;
    if (typeof result === 'string') leftOut.push(leaveOut(of, result));
    else started.push(result);
  }
  if (leftOut.length > 0) {
    const columns = [leftOut.map(({ id }) => id), leftOut.map((one) => one.outcome), leftOut.map((one) => one.reason)];
    await transaction.query(LEAVE_OUT, [replayId, ...columns]);
  }
  return { started, outcomes: [...started.map(() => 'started' as const), ...leftOut.map((one) => one.outcome)] };
}

const START: RetryPlan = { kind: 'planned', restored: [] };

async function retryOne(
  transaction: Transaction,
  box: SecretBox,
  retry: { id: string; of: string; version: 'same' | 'current'; restored: readonly NodeRunRecord[] },
): Promise<QueuedExecution | 'unknown' | 'open' | 'no_request' | 'no_version'> {
  const { id, of, version: versionId, restored } = retry;
  const asked = {
    query: <R extends object>({ text }: { text: string }, values?: readonly unknown[]) =>
      transaction.query<R>(text, values),
  };
  const result = await createRetry(asked, box, { id, of, versionId, restored });
  if (result.kind !== 'created') return result.kind;
  return { id, attempt: result.attempt, mode: result.mode, dedupId: null, chunkId: null };
}

function leaveOut(id: string, reason: string): LeftOut {
  return { id, outcome: reason === 'unknown' || reason === 'no_request' ? 'gone' : 'skipped', reason };
}
