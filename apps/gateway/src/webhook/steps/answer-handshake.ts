import type { Reply } from '#engine';
import { findHandshake } from '#signatures';
import type { ActiveWorkflow } from '../active-workflow.js';
import type { WebhookRequest } from '../webhook-request.js';

/** Gate 13: the answer to a provider's signed probe (a ping); null when this is an event. */
export function answerHandshake(request: WebhookRequest, workflow: ActiveWorkflow): Reply | null {
  for (const { provider } of workflow.signatures) {
    const reply = findHandshake(provider, request.headers.values);
    if (reply) return reply;
  }
  return null;
}
