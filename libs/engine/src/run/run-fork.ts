import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { ForkMode } from '../contract/outcome.js';
import { LostClaim } from '../contract/ports.js';
import type { Ending } from '../contract/statuses.js';
import { abandonWithin } from './abandon-visits.js';
import { catchUpGates } from './catch-up.js';
import type { ExecutionState } from './execution-state.js';
import type { Frame } from './frame.js';
import type { RunList } from './list-runner.js';
import { restoreInOrder } from './restore-visit.js';
import { keepOpen, settleOpen, type Settled } from './settle-visit.js';
import type { Stop } from './stop-reason.js';

interface ForkVisit {
  record: NodeRunRecord;
  earlier: NodeRunRecord | undefined;
  mode: ForkMode;
}

/** What a branch that is not needed any more hears. */
const LOST_THE_FORK: Stop = { status: 'aborted', reason: null };

/**
 * Runs all branches at once. As soon as `mode` is decided the others are stopped, and whatever they still bring is
 * dropped. While some wait and nothing is decided the execution waits. The result is the status of each branch, in
 * their order.
 */
export async function runFork(
  node: CompiledNode,
  { record, earlier, mode }: ForkVisit,
  frame: Frame,
  state: ExecutionState,
  runList: RunList,
): Promise<Settled> {
  const branches = Object.values(node.branches);
  const statuses: (Ending | null)[] = branches.map(() => null);
  const stop = new AbortController();
  const inner: Frame = { ...frame, signal: AbortSignal.any([frame.signal, stop.signal]) };
  keepOpen(record, [], { open: true }, state);
  let decided: Settled | null = null;
  const gates = earlier === undefined ? [] : catchUpGates(branches.length, frame.gate, () => restoreInOrder(state));
  const ends = branches.map(async (branch, index): Promise<Settled> => {
    const gate = gates[index] ?? frame.gate;
    try {
      const end = await runList(branch, gate === undefined ? inner : { ...inner, gate }, state);
      if (decided !== null) return end;
      statuses[index] = statusOf(end);
      decided = decide(mode, end);
      if (decided !== null) stop.abort(LOST_THE_FORK);
      return end;
    } finally {
      void gates[index]?.();
    }
  });
  const settled = await allOf(ends, stop);
  const outcome = decided ?? undecided(mode, settled);
  if (outcome.kind === 'suspended' || outcome.kind === 'yielded') {
    keepOpen(record, statuses, { open: true }, state);
    return outcome;
  }
  await abandonWithin(node, frame.rounds, state);
  const result = statuses.map((status) => status ?? 'aborted');
  if (outcome.kind === 'done') return settleOpen(node, record, { status: 'resolved', result, error: null }, state);
  const { status, error } = outcome.end;
  const own = settleOpen(node, record, { status, result, error }, state);
  return outcome.kind === 'ended' ? outcome : own;
}

/** Every branch has stopped when one of them throws: nothing may go on behind the back of an execution that was lost. */
async function allOf(ends: readonly Promise<Settled>[], stop: AbortController): Promise<Settled[]> {
  try {
    return await Promise.all(ends);
  } catch (error) {
    stop.abort(error instanceof LostClaim ? error : new LostClaim());
    await Promise.allSettled(ends);
    throw error;
  }
}

function statusOf(end: Settled): Ending | null {
  if (isGivenUp(end)) return null;
  switch (end.kind) {
    case 'done':
      return 'resolved';
    case 'failed':
    case 'ended':
      return end.end.status;
    default:
      return null;
  }
}

/** What the end of one branch decides, null when the others decide. */
function decide(mode: ForkMode, end: Settled): Settled | null {
  if (end.kind === 'ended') return isGivenUp(end) ? null : end;
  if (end.kind === 'done') return mode === 'any' || mode === 'race' ? end : null;
  if (end.kind === 'failed') return mode === 'all' || mode === 'race' ? end : null;
  return null;
}

/** A branch that lost: to one that another run saw win and that is about to win again, or with the fork around it. */
function isGivenUp(end: Settled): boolean {
  return end.kind === 'ended' && end.end.status === LOST_THE_FORK.status && end.end.reason === LOST_THE_FORK.reason;
}

/** When no branch decided: one of them stands still, was given up or waits, or all have ended. */
function undecided(mode: ForkMode, ends: readonly Settled[]): Settled {
  if (ends.some((end) => end.kind === 'yielded')) return { kind: 'yielded' };
  const givenUp = ends.find(isGivenUp);
  if (givenUp !== undefined) return givenUp;
  if (ends.some((end) => end.kind === 'suspended')) return { kind: 'suspended' };
  if (mode !== 'any' || ends.length === 0) return { kind: 'done' };
  const error = { code: 'all_branches_failed', message: 'None of the branches resolved.' };
  return { kind: 'failed', end: { status: 'failed', reason: null, error, reply: null } };
}
