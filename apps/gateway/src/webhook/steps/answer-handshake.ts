import type { Reply } from '#engine';
import { findHandshake } from '#signatures';
import type { SignatureEntry } from '#signatures';
import type { ActiveWorkflow } from '../active-workflow.js';
import type { WebhookRequest } from '../webhook-request.js';

/** Gate 13: the answer to a provider's signed probe (a ping); null when this is an event. */
export function answerHandshake(request: WebhookRequest, workflow: ActiveWorkflow): Reply | null {
  const message = {
    method: request.method,
    url: request.target,
    headers: request.headers.values,
    rawBody: request.known.body ?? Buffer.alloc(0),
    now: request.receivedAt,
  };
  for (const entry of workflow.signatures) {
    const outcome = findHandshake(entry as SignatureEntry, message, 'signed');
    if (outcome?.kind === 'reply') return outcome.reply;
  }
  return null;
}
