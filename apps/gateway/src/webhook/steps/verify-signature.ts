import type { SignatureVerdict } from '#signatures';
import type { PresetCheck, ResolvedAuth } from '../auth-checks.js';
import type { GatewayServices } from '../gateway-services.js';
import { Refusal } from '../refusal.js';
import { signedMessage } from '../signed-message.js';
import { noteSecret, verifyEntry } from '../verify-entry.js';
import type { WebhookRequest } from '../webhook-request.js';

/**
 * Gate 12: every entry that signs the body, over the bytes as received, before content decoding: that is what senders
 * sign. What the message proves goes into `request.known`: the secret's name, an id that is part of what was signed,
 * the message behind an encrypted body. At once unless a key has to be fetched.
 * @throws Refusal invalid_signature, or rejects with it
 */
export function verifySignatures(
  request: WebhookRequest,
  { bodyChecks }: ResolvedAuth,
  received: Buffer,
  services: Pick<GatewayServices, 'publicUrl' | 'keys'>,
): void | Promise<void> {
  return verifyFrom(0, request, bodyChecks, received, services);
}

function verifyFrom(
  first: number,
  request: WebhookRequest,
  checks: readonly PresetCheck[],
  received: Buffer,
  services: Pick<GatewayServices, 'publicUrl' | 'keys'>,
): void | Promise<void> {
  for (let at = first; at < checks.length; at += 1) {
    const check = checks[at]!;
    const message = signedMessage(request, check, received, services.publicUrl());
    const verdict = verifyEntry(check, message, services.keys.fetchKey);
    if (verdict instanceof Promise) {
      return verdict.then((later) => {
        settle(request, check, later);
        return verifyFrom(at + 1, request, checks, received, services);
      });
    }
    settle(request, check, verdict);
  }
}

function settle(request: WebhookRequest, check: PresetCheck, verdict: SignatureVerdict): void {
  const { known } = request;
  if (!verdict.ok) throw new Refusal('invalid_signature', { why: verdict.reason });
  noteSecret(request, check, verdict.secretIndex);
  if (verdict.signedId !== undefined) known.signedId ??= verdict.signedId;
  if (verdict.decrypted) known.content = verdict.decrypted;
}
