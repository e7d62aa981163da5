import { deriveContext, type ParseLimits, type StoredRequest } from '#engine';
import type { ActiveWorkflow } from '../active-workflow.js';
import { maskCredentials } from '../mask-credentials.js';
import type { ParsedRequest } from '../parsed-request.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

/**
 * Gate 14: the request as it will be stored, and `$context` made from it by the same function that the worker uses.
 * @param deliveryId what the provider's preset gave; else the `Idempotency-Key` or `webhook-id` header counts
 * @throws Refusal malformed_body, body_too_complex, unsupported_media_type, too_many_parts, part_too_large, xml_too_large
 */
export function parseBody(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  content: Buffer,
  deliveryId: string | null,
  limits: ParseLimits,
): ParsedRequest {
  const headers = request.headers.values;
  const stored: StoredRequest = {
    id: request.id,
    receivedAt: request.receivedAt,
    method: request.method,
    ...maskCredentials(request),
    ip: request.origin.ip,
    body: request.known.body ?? content,
    content: request.known.content,
    deliveryId: deliveryId || headers['idempotency-key'] || headers['webhook-id'] || null,
  };
  request.known.deliveryId = stored.deliveryId;
  const derived = deriveContext(stored, workflow.compiled, limits);
  if (!derived.ok) throw new Refusal(derived.code, { why: derived.detail });
  return { stored, context: derived.context };
}
