import { faultsBetween } from './faults-between.js';
import type { InflictedFault } from './inflict.js';
import type { NumberedRequest, Sending } from './load.js';
import type { Verdict } from './verdict.js';
import { payloadOf } from './workloads.js';

/** Every sender got an answer that the contract knows, the right one, or lost its connection to a gateway that went. */
export function verifyAnswers(
  requests: readonly NumberedRequest[],
  faults: readonly InflictedFault[],
  verdict: Verdict,
) {
  for (const request of requests) {
    verdict.count('events');
    for (const sending of request.sendings) {
      verdict.count('sent');
      verifySending(request, sending, faults, verdict);
    }
  }
}

function verifySending(
  request: NumberedRequest,
  sending: Sending,
  faults: readonly InflictedFault[],
  verdict: Verdict,
): void {
  const { result, gateway, sentAt, doneAt } = sending;
  const during = faultsBetween(faults, sentAt, doneAt);
  const gatewayWent = during.some(({ targets }) => targets.includes(`gateway ${gateway + 1}`));
  const about = `event ${request.number} (${request.workload.key}) at gateway ${gateway + 1}`;
  switch (result.kind) {
    case 'unanswered':
      return verdict.violate('unanswered', `${about}: no answer within ${doneAt - sentAt} ms`);
    case 'connection-lost':
      verdict.count('connection lost');
      if (!gatewayWent) verdict.violate('unanswered', `${about}: ${result.code}, and the gateway was not touched`);
      return;
    case 'answer': {
      verdict.count(result.executionId === null ? 'refused' : 'accepted');
      const databaseWent = during.some(({ targets }) => targets.includes('postgres'));
      const wrong = wrongAnswer(request, result, gatewayWent || databaseWent);
      if (wrong !== null)
        verdict.violate('unexplained', `${about}: ${wrong} (${result.status}, execution ${result.executionId})`);
    }
  }
}

/** Null when it is one of the answers of contract.md 3 and 6. */
function wrongAnswer(
  { number, workload }: NumberedRequest,
  { status, text, executionId }: Extract<Sending['result'], { kind: 'answer' }>,
  mayRefuse: boolean,
): string | null {
  if (executionId === null) {
    if (status !== 503) return 'neither accepted nor refused as the contract says';
    return mayRefuse ? null : 'refused although gateway and database were well';
  }
  if (workload.mode === 'async') return status === 200 ? null : 'accepted, but not answered so';
  if (status === 201)
    return text === JSON.stringify({ n: payloadOf(number).n }) ? null : `the answer of another: ${text}`;
  return status === 408 || status === 500 ? null : 'no answer of this workflow';
}
