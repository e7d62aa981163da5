import type { NodeError, NodeRunRecord } from '../contract/node-run.js';
import type { Ending } from '../contract/statuses.js';

/**
 * The visits that were under way when their execution was ended from outside, with that ending; settled ones are left
 * out. The given records are not changed.
 */
export function settlePending(
  runs: readonly NodeRunRecord[],
  ending: { status: Ending; error: NodeError | null },
  endedAt: Date,
): NodeRunRecord[] {
  const { status, error } = ending;
  return runs
    .filter((run) => run.status === 'pending')
    .map((run) => ({ ...run, status, error, endedAt: endedAt.toISOString() }));
}
