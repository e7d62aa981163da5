import { resolveSecret } from '#engine';
import type { JsonObject } from '#shared';
import { readDelivery, verifySignature } from '#signatures';
import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

type Signature = ActiveWorkflow['signatures'][number];

/**
 * Gate 12: every signature entry, over the bytes as received, before content decoding: that is what senders sign.
 * Secrets that cannot be resolved are left out; when none is left the request is refused.
 * @returns the delivery id of the first provider that gave one
 * @throws Refusal invalid_signature
 */
export async function verifySignatures(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  received: Buffer,
  env: Readonly<Record<string, string>>,
): Promise<{ deliveryId: string | null }> {
  let deliveryId: string | null = null;
  for (const entry of workflow.signatures) {
    const { provider, secrets: _secrets, type: _type, ...options } = entry;
    const { method, target: url } = request;
    const message = { method, url, rawBody: received, headers: request.headers.values, now: request.receivedAt };
    const resolved = { provider, secrets: secretsOf(entry, workflow, env), options: options as JsonObject };
    const verdict = await verifySignature(resolved, message, () => Promise.resolve(null));
    if (!verdict.ok) throw new Refusal('invalid_signature', { why: verdict.reason });
    deliveryId ??= readDelivery(provider, message).deliveryId;
  }
  return { deliveryId };
}

function secretsOf(entry: Signature, workflow: ActiveWorkflow, env: Readonly<Record<string, string>>): string[] {
  return (entry.secrets ?? []).flatMap((secret) => resolveSecret(secret, workflow.compiled.envNames, env) ?? []);
}
