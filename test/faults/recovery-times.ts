import type { InflictedFault } from './inflict.js';
import type { FaultKind } from './schedule.js';
import type { MatchedExecution } from './verify-executions.js';

/** How one kind of fault went. */
export interface Recovery {
  times: number;
  /** Most executions that were open when such a fault was over. */
  open: number;
  /** Longest time from the end of such a fault until the last execution accepted before it had ended. Milliseconds. */
  slowestMs: number;
}

/** Adds the faults of a chapter. An execution's own waits are not held against the fault. */
export function addRecoveryTimes(
  recoveries: Map<FaultKind, Recovery>,
  matched: readonly MatchedExecution[],
  faults: readonly InflictedFault[],
): void {
  for (const { kind, endedAt: over } of faults) {
    const recovery = recoveries.get(kind) ?? { times: 0, open: 0, slowestMs: 0 };
    const late = matched
      .map(({ request, execution }) => ({
        ...execution,
        due: (execution.endedAt ?? Date.now()) - request.workload.waitsMs,
      }))
      .filter(({ createdAt, due }) => createdAt <= over && due > over);
    recovery.times += 1;
    recovery.open = Math.max(recovery.open, late.length);
    recovery.slowestMs = Math.max(recovery.slowestMs, ...late.map(({ due }) => due - over));
    recoveries.set(kind, recovery);
  }
}
