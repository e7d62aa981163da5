import type { Json } from '#shared';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Ending } from '../contract/statuses.js';
import type { ExecutionState } from './execution-state.js';
import { jsonBytes } from './json-bytes.js';
import type { Settled } from './settle-visit.js';

/**
 * Goes on behind a visit that an earlier attempt settled, as if it had just been made: same results, same variables,
 * same branch, same end. The record is not recorded again.
 */
export function restoreVisit(record: NodeRunRecord & { status: Ending }, state: ExecutionState): Settled {
  const { restore, log, input, status, error } = record;
  const result = trueResult(record);
  state.bytes += jsonBytes(input) + jsonBytes(result) + (log === null ? 0 : Buffer.byteLength(log));
  // Only resolved visits are ever left behind without an ending; whatever else is found ended the execution.
  if (status !== 'resolved') return { kind: 'ended', end: { status, reason: null, error, reply: null } };
  const results = state.scope.$jobsMapByNodeKey;
  results[record.nodeKey] = result;
  if (restore?.assigned !== undefined) results[restore.assigned] = result;
  if (restore?.output === true) state.output = result;
  const branch = restore?.branch;
  return { kind: 'move', move: branch === undefined ? { kind: 'next' } : { kind: 'branch', name: branch } };
}

/** True when the visit has an ending, so that it is not made again. */
export function isSettled(record: NodeRunRecord): record is NodeRunRecord & { status: Ending } {
  return record.status !== 'pending';
}

/** The result as the node gave it, also where the shown one is masked. */
export function trueResult({ result, restore }: NodeRunRecord): Json {
  return restore?.result ?? result;
}
