import type { ExecutionInput, RunResult } from '../contract/execution.js';
import { advance, firstPosition, nodeAt } from './advance.js';
import { defaultReply } from './default-reply.js';
import { createExecutionState, type ExecutionState } from './execution-state.js';
import { maskError, type ExecutionEnd } from './settle-visit.js';
import { stopReason } from './stop-reason.js';
import { visitNode } from './visit-node.js';

const RESOLVED: ExecutionEnd = { status: 'resolved', reason: null, error: null, reply: null };

/**
 * Runs the tree of a version from its first node to an ending, or until it waits or the worker wants to stop. Visits in
 * `input.restored` are not made again. Nothing is written here but through `ports.journal`; the result holds the node
 * runs that no journal entry holds. Throws only LostClaim: the execution belongs to somebody else, and nothing of this
 * run may be recorded.
 */
export async function runExecution(input: ExecutionInput): Promise<RunResult> {
  const state = createExecutionState(input);
  let position = firstPosition(input.workflow.nodes);
  while (position !== null) {
    const stop = endBeforeNode(state);
    if (stop !== null) return conclude(stop, state);
    if (input.shouldYield?.() === true) return { kind: 'yielded', nodeRuns: state.unjournaled };
    const settled = await visitNode(nodeAt(position), state);
    if (settled.kind === 'suspended') return settled;
    if (settled.kind === 'ended') return conclude(settled.end, state);
    position = advance(position, settled.move);
  }
  return conclude(RESOLVED, state);
}

function endBeforeNode(state: ExecutionState): ExecutionEnd | null {
  const stop = stopReason(state.input.signal);
  if (stop !== null) {
    return { ...stop, error: { code: 'aborted', message: 'The execution was stopped.' }, reply: null };
  }
  const { maxSteps } = state.input.limits;
  if (state.steps < maxSteps) return null;
  const error = { code: 'step_limit', message: `The execution made ${maxSteps} node visits, no more are allowed.` };
  return { status: 'error', reason: 'step_limit', error, reply: null };
}

function conclude(end: ExecutionEnd, state: ExecutionState): RunResult {
  const { input } = state;
  const sync = input.execution.mode === 'sync';
  return {
    kind: 'ended',
    status: end.status,
    reason: end.reason,
    error: maskError(end.error, state),
    nodeRuns: state.unjournaled,
    reply: sync ? (end.reply ?? defaultReply(input, end.status, state.scope)) : null,
    output: state.mask.json(state.output),
  };
}
