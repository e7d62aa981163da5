import type { IncomingMessage, ServerResponse } from 'node:http';
import { attributes, inSpan } from '#shared';
import { ClientGone } from './client-gone.js';
import { corsHeaders } from './cors.js';
import { endSlowReader } from './end-slow-reader.js';
import type { GatewayServices } from './gateway-services.js';
import { logRequest, type Settlement } from './log-request.js';
import type { ReceiveOutcome } from './receive-outcome.js';
import { receiveWebhook } from './receive-webhook.js';
import { Refusal } from './refusal.js';
import { sendAnswer } from './send-answer.js';
import { webhookRequest, type WebhookRequest } from './webhook-request.js';

/** One request from bytes in to answer out; whatever happens is answered and logged here. Never rejects. */
export async function handleWebhook(
  incoming: IncomingMessage,
  response: ServerResponse,
  services: GatewayServices,
): Promise<void> {
  const leave = services.waiters.enter();
  const request = webhookRequest(incoming, response, services.config.trustedProxies);
  const link = request.headers.values.traceparent;
  try {
    await inSpan('webhook.receive', { kind: 'server', link }, async (span) => {
      const settlement = await settle(request, services);
      if (settlement.reply) sendAnswer(request, settlement.reply, answerHeaders(request, services));
      endSlowReader(response, services.config.requestTimeouts.answer);
      span.setAttributes({
        [attributes.requestId]: request.id,
        [attributes.httpMethod]: request.method,
        [attributes.httpStatus]: settlement.reply?.status ?? 0,
        [attributes.verdict]: settlement.verdict,
        ...(request.known.workflow ? { [attributes.workflowKey]: request.known.workflow.key } : {}),
        ...(settlement.code ? { [attributes.refusalCode]: settlement.code } : {}),
      });
      logRequest(request, settlement, services);
    });
  } catch (error) {
    services.logger.error({ err: error, requestId: request.id }, 'answer_failed');
    response.destroy();
  } finally {
    services.bodies.release(request.known);
    leave();
  }
}

async function settle(request: WebhookRequest, services: GatewayServices): Promise<Settlement> {
  try {
    return settlementOf(await receiveWebhook(request, services), request);
  } catch (error) {
    const verdict = verdictOf(request) ?? 'refused';
    if (error instanceof ClientGone) return { verdict: 'aborted', reply: null, gate: 10, code: null };
    const refusal = error instanceof Refusal ? error : new Refusal('internal_error');
    if (refusal !== error) services.logger.error({ err: error, requestId: request.id }, 'webhook_failed');
    countFailure(request, refusal, services);
    const gate = refusal.parts.gate ?? refusal.entry.gate;
    return { verdict, reply: refusal.toReply(request.id), gate, code: refusal.code, why: refusal.parts.why };
  }
}

/** A sender cannot help a secret that is missing here, nor guess at what is not there. */
function countFailure({ known, origin }: WebhookRequest, { entry, parts }: Refusal, services: GatewayServices): void {
  const isFailure = entry.status === 401 && parts.why !== 'misconfigured';
  if (isFailure && known.workflow) services.limits.failures?.burn(known.workflow.workflowId, origin.ip);
}

function settlementOf(outcome: ReceiveOutcome, request: WebhookRequest): Settlement {
  switch (outcome.kind) {
    case 'options':
      return { verdict: 'handshake', reply: outcome.reply, gate: 5, code: null };
    case 'handshake':
      return { verdict: 'handshake', reply: outcome.reply, gate: outcome.gate, code: null };
    case 'filtered':
      return { verdict: 'filtered', reply: outcome.reply, gate: 15, code: null };
    case 'answered':
    case 'pending':
      return { verdict: verdictOf(request) ?? 'accepted', reply: outcome.reply, gate: 18, code: null };
    case 'gone':
      return { verdict: verdictOf(request) ?? 'accepted', reply: null, gate: 18, code: null };
    default:
      return outcome satisfies never;
  }
}

/** Null as long as nothing is committed. */
function verdictOf({ known }: WebhookRequest): 'accepted' | 'duplicate' | null {
  return known.execution && (known.execution.duplicate ? 'duplicate' : 'accepted');
}

function answerHeaders(request: WebhookRequest, services: GatewayServices): Record<string, string> {
  const { execution, workflow } = request.known;
  return {
    ...(request.method === 'OPTIONS' ? {} : corsHeaders(workflow, request)),
    ...(execution ? { 'x-execution-id': execution.id } : {}),
    ...(execution?.duplicate ? { 'idempotent-replayed': 'true' } : {}),
    ...(services.admission.isDraining ? { connection: 'close' } : {}),
  };
}
