import type { EffectWitness } from './effect-witness.js';
import { faultsBetween } from './faults-between.js';
import type { InflictedFault } from './inflict.js';
import type { ExecutionSeen } from './read-history.js';
import type { FaultKind } from './schedule.js';
import type { Verdict } from './verdict.js';
import { verifyCalls } from './verify-calls.js';
import type { MatchedExecution } from './verify-executions.js';
import type { Effect } from './workloads.js';

/** What takes a worker away from its executions. */
const TAKES_WORKERS: readonly FaultKind[] = ['kill-worker', 'no-workers', 'pause-worker'];
/** What may besides leave a call whose result was not written down. */
const LEAVES_CALLS: readonly FaultKind[] = [...TAKES_WORKERS, 'stop-worker', 'kill-postgres', 'pause-postgres'];
/** Workers that one execution may lose before it is parked. */
const MOST_LOST = 3;

/** Every execution ended as the faults in its time allow, and did what its ending says. */
export function verifyEndings(
  matched: readonly MatchedExecution[],
  witness: Pick<EffectWitness, 'of'>,
  faults: readonly InflictedFault[],
  verdict: Verdict,
): void {
  for (const { request, execution } of matched) {
    const { id, status, reason, createdAt, endedAt } = execution;
    const about = `event ${request.number} (${request.workload.key}), execution ${id}, ${status}`;
    const effects = request.workload.effects(request.number);
    verdict.count(reason === null ? status : `${status} (${reason})`);
    verifyCalls(about, execution, effects, witness, verdict);
    const kinds = faultsBetween(faults, createdAt, endedAt ?? Date.now()).map(({ kind }) => kind);
    const refused = effects.some(({ node }) => witness.of(id, node)?.refused);
    if (!isExplained(execution, effects, kinds, refused))
      verdict.violate(
        'unexplained',
        `${about} with reason ${reason}; faults in its time: ${kinds.join(', ') || 'none'}`,
      );
  }
}

function isExplained(
  { status, reason }: ExecutionSeen,
  effects: readonly Effect[],
  kinds: readonly FaultKind[],
  refused: boolean,
): boolean {
  const lostWorkers = kinds.filter((kind) => TAKES_WORKERS.includes(kind)).length;
  switch (status) {
    case 'queued':
    case 'started':
    case 'resolved':
      return true;
    case 'failed':
      return refused;
    case 'retry_needed':
      return (
        reason === 'worker_lost' &&
        effects.some(({ repeatable }) => !repeatable) &&
        kinds.some((kind) => LEAVES_CALLS.includes(kind))
      );
    case 'error':
      return reason === 'worker_lost' && lostWorkers >= MOST_LOST;
    default:
      return false;
  }
}
