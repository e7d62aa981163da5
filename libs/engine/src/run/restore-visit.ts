import type { Json } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Ending } from '../contract/statuses.js';
import type { ExecutionState } from './execution-state.js';
import { keysWithin } from './frame.js';
import type { Visited } from './settle-visit.js';
import { stopBehind } from './stop-reason.js';

type SettledRun = NodeRunRecord & { status: Ending };

/**
 * Goes on behind a visit that an earlier attempt settled, as if it had just been made: same results, same variables,
 * same branch. The record is not recorded again. One that was stopped is not taken for a failure, which would decide over
 * the branches beside it.
 */
export function restoreVisit(node: CompiledNode, record: SettledRun, state: ExecutionState): Visited {
  if (record.restore?.open === true) restoreInner(node, record, state);
  applyRecord(record, state);
  const { status, error, restore } = record;
  const stop = stopBehind(status, error);
  if (stop !== null) return { kind: 'ended', end: { ...stop, error, reply: null } };
  if (status !== 'resolved') return { kind: 'failed', end: { status, reason: null, error, reply: null } };
  const branch = restore?.branch;
  return branch === undefined ? { kind: 'done' } : { kind: 'branch', name: branch };
}

/** What the visits inside a settled one left behind, in the order of the visits; they are not gone through again. */
function restoreInner(node: CompiledNode, { rounds = [] }: NodeRunRecord, state: ExecutionState): void {
  const keys = keysWithin(Object.values(node.branches).flat());
  for (const inner of state.restored?.within(rounds) ?? []) {
    if (keys.has(inner.nodeKey) && isSettled(inner)) applyRecord(inner, state);
  }
}

/**
 * Brings the results of all restored visits into the order in which they came about: branches that were gone through
 * side by side left them in another one.
 */
export function restoreInOrder(state: ExecutionState): void {
  state.messages.length = 0;
  for (const run of state.restored?.all() ?? []) if (isSettled(run)) rememberRecord(run, state);
}

function applyRecord(record: SettledRun, state: ExecutionState): void {
  state.size.restored(record, trueResult(record));
  rememberRecord(record, state);
}

function rememberRecord(record: SettledRun, state: ExecutionState): void {
  const { restore, nodeKey } = record;
  const result = trueResult(record);
  if (record.status === 'aborted') return;
  const results = state.scope.$jobsMapByNodeKey;
  results[nodeKey] = result;
  if (record.status !== 'resolved') return;
  if (restore?.assigned !== undefined) results[restore.assigned] = result;
  if (restore?.output === true) state.output = result;
  if (restore?.message === true) state.messages.push(result);
}

/** True when the visit has an ending that stands, so that it is not made again. */
export function isSettled(record: NodeRunRecord): record is SettledRun {
  return record.status !== 'pending' && record.restore?.ends !== true;
}

/** The result as the node gave it, also where the shown one is masked. */
export function trueResult({ result, restore }: NodeRunRecord): Json {
  return restore?.result ?? result;
}
