import type { ExecutionInput, RunResult } from '../contract/execution.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { defaultReply } from './default-reply.js';
import { createExecutionState, type ExecutionState } from './execution-state.js';
import { journalWait } from './journal-entries.js';
import { runList } from './run-list.js';
import { EngineError } from '../contract/engine-error.js';
import { settlePending } from './settle-pending.js';
import { maskError, type ExecutionEnd, type Settled } from './settle-visit.js';

const RESOLVED: ExecutionEnd = { status: 'resolved', reason: null, error: null, reply: null };

/**
 * Runs the tree of a version from its first node to an ending, or until it waits or the worker wants to stop. Visits in
 * `input.restored` are not made again. Nothing is written here but through `ports.journal`; the result holds the node
 * runs that no journal entry holds. Throws only LostClaim: the execution belongs to somebody else, and nothing of this
 * run may be recorded.
 */
export async function runExecution(input: ExecutionInput): Promise<RunResult> {
  const state = createExecutionState(input);
  const settled = await runList(input.workflow.nodes, { rounds: [], signal: input.signal }, state);
  return finish(settled, state);
}

function finish(settled: Settled, state: ExecutionState): RunResult | Promise<RunResult> {
  switch (settled.kind) {
    case 'done':
      return conclude(RESOLVED, state);
    case 'failed':
    case 'ended':
      return conclude(settled.end, state);
    case 'yielded':
      return { kind: 'yielded', nodeRuns: [...state.unjournaled.values()] };
    case 'suspended':
      return suspend(state);
    default:
      return settled satisfies never;
  }
}

/** Until the first of the waits is over, or somebody wakes it. */
async function suspend(state: ExecutionState): Promise<RunResult> {
  const times = [...state.open.values()].flatMap(({ restore }) => restore?.resumeAt ?? []);
  const first = times.reduce<string | null>((least, at) => (least === null || at < least ? at : least), null);
  try {
    await journalWait(first === null ? null : new Date(first), state);
    return { kind: 'suspended' };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { code, message } = error;
    return conclude({ status: 'error', reason: null, error: { code, message }, reply: null }, state);
  }
}

function conclude(end: ExecutionEnd, state: ExecutionState): RunResult {
  const { input } = state;
  const error = maskError(end.error, state);
  settleOpenVisits(end, state);
  const reply = end.reply ?? defaultReply(input, end.status, { scope: state.scope, messages: state.messages });
  return {
    kind: 'ended',
    status: end.status,
    reason: end.reason,
    error,
    nodeRuns: [...state.unjournaled.values()],
    reply: input.execution.mode === 'sync' ? reply : null,
    output: state.mask.json(state.output),
  };
}

/** An ending leaves nothing pending: what waited when the execution ended around it was given up. */
function settleOpenVisits({ status, error }: ExecutionEnd, state: ExecutionState): void {
  if (state.open.size === 0) return;
  const given = { status: status === 'resolved' || status === 'failed' ? ('aborted' as const) : status, error };
  const open = [...state.open.values()].map((waiting): NodeRunRecord => {
    const run = { ...waiting };
    delete run.restore;
    return run;
  });
  for (const run of settlePending(open, given, state.input.ports.now())) state.unjournaled.set(run.id, run);
}
