import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import { abandonWithin } from './abandon-visits.js';
import type { ExecutionState } from './execution-state.js';
import type { Frame } from './frame.js';
import type { RunList } from './list-runner.js';
import { isSettled } from './restore-visit.js';
import { runFork } from './run-fork.js';
import { runRounds } from './run-rounds.js';
import { keepOpen, maskError, settleOpen, type ExecutionEnd, type Settled } from './settle-visit.js';
import { ABORTED, stopReason } from './stop-reason.js';
import { visitNode, type OpenVisit } from './visit-node.js';

/**
 * Runs the nodes of a list one after the other, each with its branches, until the last one is done or one of them is
 * not. As deep as branches are nested, never as deep as loops are long.
 */
export const runList: RunList = async (nodes, frame, state) => {
  for (const node of nodes) {
    if (frame.gate !== undefined && !wasEntered(node, frame, state)) await frame.gate();
    const end = endBeforeNode(frame, state);
    if (end !== null) return { kind: 'ended', end };
    if (state.input.shouldYield?.() === true) return { kind: 'yielded' };
    const settled = await runNode(node, frame, state);
    if (settled.kind !== 'done') return settled;
  }
  return { kind: 'done' };
};

/** By an earlier run, which settled it or left it open around its branches: nothing new is done in visiting it. */
function wasEntered(node: CompiledNode, { rounds }: Frame, { restored }: ExecutionState): boolean {
  const earlier = restored?.of(node.key, rounds);
  return earlier !== undefined && (isSettled(earlier) || earlier.restore?.open === true);
}

async function runNode(node: CompiledNode, frame: Frame, state: ExecutionState): Promise<Settled> {
  const visited = await visitNode(node, frame, state);
  if (visited.kind === 'branch') return runBranch(node, visited.name, frame, state);
  return visited.kind === 'open' ? runOpen(node, visited, frame, state) : visited;
}

/** A branch that the node does not have is an empty one. */
async function runBranch(node: CompiledNode, name: string, frame: Frame, state: ExecutionState): Promise<Settled> {
  const branch = Object.hasOwn(node.branches, name) ? node.branches[name] : undefined;
  return branch === undefined ? { kind: 'done' } : runList(branch, frame, state);
}

/** A visit that cannot be kept open is an error, and what waits in it is given up. */
async function runOpen(node: CompiledNode, visit: OpenVisit, frame: Frame, state: ExecutionState): Promise<Settled> {
  try {
    return await runInside(node, visit, frame, state);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    await abandonWithin(node, frame.rounds, state);
    const { code, message } = error;
    return settleOpen(node, visit.record, { status: 'error', result: null, error: { code, message } }, state);
  }
}

function runInside(node: CompiledNode, visit: OpenVisit, frame: Frame, state: ExecutionState): Promise<Settled> {
  const { outcome } = visit;
  switch (outcome.kind) {
    case 'each':
      return runRounds(node, { ...visit, rounds: outcome.rounds }, frame, state, runList);
    case 'fork':
      return runFork(node, { ...visit, mode: outcome.mode }, frame, state, runList);
    case 'branch':
      return runFailing(node, { ...visit, outcome }, frame, state);
    default:
      return outcome satisfies never;
  }
}

/** A branch after which the visit fails, whatever else happens to it. */
async function runFailing(
  node: CompiledNode,
  { record, outcome }: OpenVisit & { outcome: { kind: 'branch' } },
  frame: Frame,
  state: ExecutionState,
): Promise<Settled> {
  const { name, result, failAfter } = outcome;
  const kept = failAfter === undefined ? {} : { branch: name, failAfter: maskError(failAfter, state)! };
  keepOpen(record, result, { open: true, ...kept }, state);
  const settled = await runBranch(node, name, frame, state);
  switch (settled.kind) {
    case 'done':
      return settleOpen(node, record, { status: 'failed', result, error: failAfter ?? null }, state);
    case 'failed':
    case 'ended': {
      const { status, error } = settled.end;
      settleOpen(node, record, { status, result, error }, state);
      return settled;
    }
    default:
      return settled;
  }
}

function endBeforeNode({ signal }: Frame, { input, steps }: ExecutionState): ExecutionEnd | null {
  const stop = stopReason(signal);
  if (stop !== null) {
    return { ...stop, error: { code: ABORTED, message: 'The execution was stopped.' }, reply: null };
  }
  const { maxSteps } = input.limits;
  if (steps < maxSteps) return null;
  const error = { code: 'step_limit', message: `The execution made ${maxSteps} node visits, no more are allowed.` };
  return { status: 'error', reason: 'step_limit', error, reply: null };
}
