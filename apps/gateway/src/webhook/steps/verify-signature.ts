import { verifySignature } from '#signatures';
import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';
import { resolveSecret } from '../resolve-secret.js';
import type { WebhookRequest } from '../webhook-request.js';

type Signature = ActiveWorkflow['signatures'][number];

/**
 * Gate 12: every signature entry, over the bytes as received, before content decoding: that is what senders sign.
 * Secrets that cannot be resolved are left out; when none is left the request is refused.
 * @returns the delivery id of the first provider that gave one
 * @throws Refusal invalid_signature
 */
export function verifySignatures(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  received: Buffer,
  env: Readonly<Record<string, string>>,
): { deliveryId: string | null } {
  let deliveryId: string | null = null;
  for (const entry of workflow.signatures) {
    const message = { rawBody: received, headers: request.headers.values, now: request.receivedAt };
    const verdict = verifySignature({ ...entry, secrets: secretsOf(entry, workflow, env) }, message);
    if (!verdict.ok) throw new Refusal('invalid_signature', { why: verdict.reason });
    deliveryId ??= verdict.deliveryId ?? null;
  }
  return { deliveryId };
}

function secretsOf(entry: Signature, workflow: ActiveWorkflow, env: Readonly<Record<string, string>>): string[] {
  return entry.secrets.flatMap((secret) => resolveSecret(secret, workflow.compiled.envNames, env) ?? []);
}
