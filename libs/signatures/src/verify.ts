import type { FetchKey, SignatureEntry, SignatureVerdict, SignedMessage } from './contract.js';
import { findProvider } from './providers/index.js';
import { handlerOf } from './schemes/index.js';

/**
 * Verifies the signature of a message over its bytes as received. Fails closed: an unknown provider, a contradictory
 * scheme or no usable secret refuses everything. Never throws, never rejects. At once unless a key has to be fetched.
 */
export function verifySignature(
  entry: SignatureEntry,
  message: SignedMessage,
  fetchKey: FetchKey,
): SignatureVerdict | Promise<SignatureVerdict> {
  const provider = findProvider(entry.provider);
  if (!provider) return { ok: false, reason: 'unknown_provider' };
  return handlerOf(provider.scheme).verify(provider.scheme, entry, message, fetchKey);
}

/** True when headers, method and URL decide: such an entry is checked before the body is read. */
export function isHeadersOnly(providerName: string): boolean {
  const provider = findProvider(providerName);
  return provider !== null && handlerOf(provider.scheme).headersOnly;
}
