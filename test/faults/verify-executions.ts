import { deliveryIdOf } from './load.js';
import type { NumberedRequest } from './load.js';
import type { AcceptedSeen, ExecutionSeen, History } from './read-history.js';
import type { Verdict } from './verdict.js';

/** An execution and the event it is for. */
export interface MatchedExecution {
  request: NumberedRequest;
  execution: ExecutionSeen;
}

/**
 * Every accepted event has one accepted request and one execution that ended, and nothing else was executed.
 * @returns the executions with their events
 */
export function verifyExecutions(
  requests: readonly NumberedRequest[],
  history: History,
  verdict: Verdict,
): MatchedExecution[] {
  const executions = new Map(history.executions.map((execution) => [execution.id, execution]));
  const rows = rowsByDelivery(history.accepted);
  const matched = requests.flatMap((request) =>
    verifyEvent(
      request,
      rows.get(rowKey(request.workload.key, deliveryIdOf(request.number))) ?? [],
      executions,
      verdict,
    ),
  );
  const known = new Set<string>();
  for (const { request, execution } of matched) {
    if (known.has(execution.id))
      verdict.violate('lost', `event ${request.number} shares execution ${execution.id} with another`);
    known.add(execution.id);
  }
  for (const { id, workflow } of history.executions)
    if (!known.has(id)) verdict.violate('doubled', `execution ${id} of ${workflow} is of no event`);
  return matched;
}

function verifyEvent(
  request: NumberedRequest,
  rows: readonly AcceptedSeen[],
  executions: ReadonlyMap<string, ExecutionSeen>,
  verdict: Verdict,
): MatchedExecution[] {
  const { number, workload, sendings } = request;
  const about = `event ${number} (${workload.key})`;
  const answers = sendings.flatMap(({ result }) =>
    result.kind === 'answer' && result.executionId !== null ? [result] : [],
  );
  for (const id of new Set(answers.map(({ executionId }) => executionId!)))
    if (!rows.some(({ executionId }) => executionId === id))
      verdict.violate('lost', `${about}: answered with execution ${id}, which no accepted request names`);
  const firsts = answers.filter(({ replayed }) => !replayed);
  if (firsts.length > rows.length)
    verdict.violate(
      'doubled',
      `${about}: ${firsts.length} answers say they are the first, ${rows.length} requests were accepted`,
    );
  const found = rows.flatMap(({ id, executionId }) => {
    const execution = executions.get(executionId);
    if (execution?.requestId === id) return [{ request, execution }];
    verdict.violate('lost', `${about}: request ${id} was accepted and has no execution ${executionId}`);
    return [];
  });
  verifyOnce(about, found, verdict);
  for (const { execution } of found)
    if (execution.endedAt === null)
      verdict.violate('stuck', `${about}: execution ${execution.id} is ${execution.status}`);
  return found;
}

/** A sync event whose execution ended without a final reply may be executed anew for a later delivery, and only then. */
function verifyOnce(about: string, found: readonly MatchedExecution[], verdict: Verdict): void {
  const earlier = found.map(({ execution }) => execution).sort((a, b) => a.createdAt - b.createdAt);
  const last = earlier.pop();
  for (const { id, status, endedAt } of earlier) {
    const sync = found[0]!.request.workload.mode === 'sync';
    if (sync && status !== 'resolved' && endedAt !== null && endedAt <= last!.createdAt) continue;
    verdict.violate('doubled', `${about}: execution ${id} ended ${status}, and there is ${last!.id} too`);
  }
}

function rowsByDelivery(accepted: readonly AcceptedSeen[]): Map<string, AcceptedSeen[]> {
  const rows = new Map<string, AcceptedSeen[]>();
  for (const row of accepted) {
    const key = rowKey(row.workflow, row.deliveryId);
    rows.set(key, [...(rows.get(key) ?? []), row]);
  }
  return rows;
}

function rowKey(workflow: string, deliveryId: string): string {
  return `${workflow} ${deliveryId}`;
}
