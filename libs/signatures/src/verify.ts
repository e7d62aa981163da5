import type { SignatureEntry, SignatureVerdict, SignedMessage } from './contract.js';
import { findProvider, schemeOf } from './providers/index.js';
import { verifyHmac } from './schemes/hmac.js';

/**
 * Verifies the signature of a message over its bytes as received. Fails closed: an unknown provider, a contradictory
 * scheme or no usable secret refuses everything. Never throws.
 */
export function verifySignature(entry: SignatureEntry, message: SignedMessage): SignatureVerdict {
  const scheme = schemeOf(entry);
  if (!scheme) return { ok: false, reason: 'unknown_provider' };
  const verdict = verifyHmac(scheme, entry.secrets, message);
  if (!verdict.ok) return verdict;
  const header = findProvider(entry.provider)?.deliveryIdHeader;
  const deliveryId = header ? message.headers[header] : undefined;
  return deliveryId ? { ...verdict, deliveryId } : verdict;
}
