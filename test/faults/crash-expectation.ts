import type { Effect } from './workloads.js';

/** What must come of an execution whose worker was killed at a boundary. */
export interface CrashExpectation {
  status: 'resolved' | 'retry_needed';
  /** Calls by node. */
  calls: ReadonlyMap<string, number>;
}

/**
 * Derived from the boundaries of an undisturbed execution, in order. The intent of an effect is committed by the last
 * statement before its call, its result by the first one after; between the two nobody knows whether it happened.
 * Without effects everything commits with its journal entry, and whatever the kill, nothing is in doubt.
 * @param point index of the boundary at which the worker was killed; NaN when it was not
 */
export function expectAfterCrash(
  order: readonly string[],
  point: number,
  effects: readonly Effect[],
): CrashExpectation {
  const calls = new Map<string, number>(effects.map(({ node }) => [node, 1]));
  const index = effects.findIndex(({ node }) => isUnknown(order, point, node));
  const unknown = effects[index];
  if (!unknown) return { status: 'resolved', calls };
  const wasCalled = point >= order.indexOf(`received ${unknown.node} 1`);
  if (unknown.repeatable) {
    calls.set(unknown.node, wasCalled ? 2 : 1);
    return { status: 'resolved', calls };
  }
  calls.set(unknown.node, wasCalled ? 1 : 0);
  for (const { node } of effects.slice(index + 1)) calls.set(node, 0);
  return { status: 'retry_needed', calls };
}

function isUnknown(order: readonly string[], point: number, node: string): boolean {
  const isCommit = (label: string) => label.startsWith('after ');
  const received = order.indexOf(`received ${node} 1`);
  const intent = order.slice(0, received).findLastIndex(isCommit);
  const settled = received + order.slice(received).findIndex(isCommit);
  return point >= intent && point < settled;
}
