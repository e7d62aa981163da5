import type { ReplaySelection } from '#storage';
import { FROM_START } from '../executions/retry-execution.dto.js';
import { ApiProblem } from '../http/api-problem.js';
import type { CreateReplay, ReplayExecutions, ReplayRequests } from './create-replay.dto.js';

/**
 * What a body selects: one of the two kinds, within bounds. Null members count as absent.
 * @throws ApiProblem invalid_request
 */
export function readSelection(body: CreateReplay): ReplaySelection {
  const { requests, executions } = body;
  if (requests && executions) throw invalid('/executions', 'give requests or executions, not both');
  if (requests) return requestSelection(requests, body);
  if (executions) return executionSelection(executions, body);
  throw invalid('', 'give requests or executions, each an object: the filter');
}

function requestSelection(requests: ReplayRequests, { from, version }: CreateReplay): ReplaySelection {
  if (from != null) throw invalid('/from', 'a request runs again from the start: leave "from" out');
  if (version != null) throw invalid('/version', 'a request runs again with the current version: leave it out');
  assertBounded('/requests', requests);
  const { verdict, deliveryId } = requests;
  const filter = { ...range(requests), verdict: verdict ?? 'accepted', deliveryId: deliveryId ?? undefined } as const;
  return { kind: 'requests', filter };
}

function executionSelection(executions: ReplayExecutions, { from, version }: CreateReplay): ReplaySelection {
  assertBounded('/executions', executions);
  return {
    kind: 'executions',
    filter: { ...range(executions), status: executions.status ?? undefined },
    fromNode: from == null || from === FROM_START ? null : from,
    version: version ?? 'same',
  };
}

interface Range {
  workflow?: string | null;
  from?: Date | null;
  to?: Date | null;
}

function range({ workflow, from, to }: Range) {
  return { workflow: workflow ?? undefined, from: from ?? undefined, to: to ?? undefined };
}

/** Everything there ever was is nobody's wish; an empty filter is a slip. */
function assertBounded(pointer: string, { workflow, from, to }: Range): void {
  if (workflow != null || from != null || to != null) return;
  throw invalid(pointer, 'give at least one of workflow, from and to: without them it would run everything again');
}

function invalid(pointer: string, message: string): ApiProblem {
  return new ApiProblem('invalid_request', message, [{ pointer, code: 'invalid', message }]);
}
