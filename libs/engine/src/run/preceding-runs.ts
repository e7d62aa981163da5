import type { NodeRunRecord } from '../contract/node-run.js';

/**
 * What a retry from a node need not do again: the resolved visits before the first visit of `nodeKey`, in their order.
 * Null when that node was never visited. Enclosing nodes are among them, for they settle before their branch begins.
 *
 * @param runs one record per visit, in the order of the visits
 */
export function precedingRuns(runs: readonly NodeRunRecord[], nodeKey: string): NodeRunRecord[] | null {
  const first = runs.findIndex((run) => run.nodeKey === nodeKey);
  if (first === -1) return null;
  return runs.slice(0, first).filter((run) => run.status === 'resolved');
}
