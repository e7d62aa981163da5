import type { SigningEntry, UnsignedRequest } from './contract.js';
import { findProvider } from './providers/index.js';
import { handlerOf } from './schemes/index.js';

/**
 * Signs a request as the provider would, with the entry's first secret (or its private key): for samples, test sends
 * and tests. The inverse of `verifySignature`.
 * @returns the request to send: headers are added, and where the provider signs inside the body or the query, those change
 * @throws Error when the provider is unknown or the entry cannot sign
 */
export function signMessage(entry: SigningEntry, request: UnsignedRequest, now: Date): UnsignedRequest {
  const provider = findProvider(entry.provider);
  if (!provider) throw new Error(`There is no provider named "${entry.provider}".`);
  return handlerOf(provider.scheme).sign(provider.scheme, entry, request, now);
}
