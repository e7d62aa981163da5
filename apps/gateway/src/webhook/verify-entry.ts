import { verifySignature, type FetchKey, type SignatureVerdict, type SignedMessage } from '#signatures';
import type { PresetCheck } from './auth-checks.js';
import type { WebhookRequest } from './webhook-request.js';

const MISCONFIGURED: SignatureVerdict = { ok: false, reason: 'misconfigured' };

/** The preset's verdict, at once unless a key has to be fetched. A check without its secrets refuses everything. */
export function verifyEntry(
  check: PresetCheck,
  message: SignedMessage,
  fetchKey: FetchKey,
): SignatureVerdict | Promise<SignatureVerdict> {
  if (check.isUsable) return verifySignature(check.entry, message, fetchKey);
  // Computed all the same, so that the time it takes does not tell that nothing can pass here.
  const verdict = verifySignature({ ...check.entry, secrets: [] }, message, refuseKeys);
  return verdict instanceof Promise ? verdict.then(() => MISCONFIGURED) : MISCONFIGURED;
}

const refuseKeys: FetchKey = () => Promise.resolve(null);

/** Records which secret it was. */
export function noteSecret(request: WebhookRequest, check: PresetCheck, secretIndex: number | null): void {
  const name = secretIndex === null ? undefined : check.secretNames[secretIndex];
  if (name !== undefined) request.known.secretName = name;
}
