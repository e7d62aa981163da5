import { deriveContext, type ParseLimits, type StoredRequest } from '#engine';
import { readDelivery } from '#signatures';
import type { ActiveWorkflow } from '../active-workflow.js';
import type { ResolvedAuth } from '../auth-checks.js';
import { maskCredentials } from '../mask-credentials.js';
import type { ParsedRequest } from '../parsed-request.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

/**
 * Gate 14: the request as it will be stored, and `$context` made from it by the same function that the worker uses. The
 * delivery id, unless the document has a key of its own, is the first of: what a preset says, what a signature proved
 * to be unique, `Idempotency-Key`, `webhook-id`. It is looked for after parsing, when the body is known to keep the limits.
 * @throws Refusal malformed_body, body_too_complex, unsupported_media_type, too_many_parts, part_too_large, xml_too_large
 */
export function parseBody(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  auth: ResolvedAuth,
  received: Buffer,
  limits: ParseLimits,
): ParsedRequest {
  const stored: StoredRequest = {
    id: request.id,
    receivedAt: request.receivedAt,
    method: request.method,
    ...maskCredentials(request, auth),
    ip: request.origin.ip,
    body: received,
    content: request.known.content,
    deliveryId: null,
  };
  const derived = deriveContext(stored, workflow.compiled, limits);
  if (!derived.ok) throw new Refusal(derived.code, { why: derived.detail });
  const deliveryId = deliveryIdOf(request, auth, stored.content?.body ?? received);
  request.known.deliveryId = deliveryId;
  stored.deliveryId = deliveryId;
  derived.context.deliveryId = deliveryId;
  return { stored, context: derived.context };
}

function deliveryIdOf(request: WebhookRequest, { presets }: ResolvedAuth, body: Buffer): string | null {
  const { values: headers } = request.headers;
  for (const { entry } of presets) {
    const { deliveryId } = readDelivery(entry.provider, { url: request.target, headers, rawBody: body });
    if (deliveryId) return deliveryId;
  }
  return request.known.signedId || headers['idempotency-key'] || headers['webhook-id'] || null;
}
