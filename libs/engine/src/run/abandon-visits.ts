import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { NodeError, NodeRunRecord } from '../contract/node-run.js';
import { WriteRefused } from '../contract/ports.js';
import type { Write } from '../contract/write.js';
import type { ExecutionState } from './execution-state.js';
import { isWithinRounds } from './frame.js';
import { journalWrite } from './journal-entries.js';
import { trueResult } from './restore-visit.js';
import { ABORTED } from './stop-reason.js';

const NOT_NEEDED: NodeError = { code: ABORTED, message: 'The result of this branch was not needed any more.' };

/**
 * Settles, as aborted, what still waits in the branches of a node that is decided, and undoes the waits: tasks are
 * closed, children ended. Also waits of an earlier attempt that this one did not get to.
 */
export async function abandonWithin(
  node: CompiledNode,
  rounds: readonly number[],
  state: ExecutionState,
): Promise<void> {
  if (state.open.size <= 1) return;
  const inner = nodesWithin(node);
  for (const run of [...state.open.values()]) {
    const abandoned = inner.get(run.nodeKey);
    if (abandoned === undefined || !isWithinRounds(run.rounds, rounds)) continue;
    await abandon(abandoned, run, state);
  }
}

async function abandon({ definition }: CompiledNode, run: NodeRunRecord, state: ExecutionState): Promise<void> {
  const settled = settledAs(run, state);
  const write = run.restore?.open === true ? null : definition.abandon?.({ ...run, result: trueResult(run) });
  state.open.delete(run.id);
  if (!write || !(await isWritten(write, settled, state))) state.unjournaled.set(run.id, settled);
}

function settledAs(waiting: NodeRunRecord, state: ExecutionState): NodeRunRecord {
  const run = { ...waiting };
  delete run.restore;
  return { ...run, status: 'aborted', error: NOT_NEEDED, endedAt: state.input.ports.now().toISOString() };
}

/** What cannot be undone stays behind: it belongs to an execution that goes on without it. */
async function isWritten(write: Write, settled: NodeRunRecord, state: ExecutionState): Promise<boolean> {
  state.unjournaled.delete(settled.id);
  try {
    await journalWrite(write, settled, () => settled, state);
    return true;
  } catch (error) {
    if (error instanceof WriteRefused || error instanceof EngineError) return false;
    throw error;
  }
}

function nodesWithin({ branches }: CompiledNode): Map<string, CompiledNode> {
  const nodes = new Map<string, CompiledNode>();
  const lists = Object.values(branches);
  for (let list = lists.pop(); list !== undefined; list = lists.pop()) {
    for (const node of list) {
      nodes.set(node.key, node);
      lists.push(...Object.values(node.branches));
    }
  }
  return nodes;
}
