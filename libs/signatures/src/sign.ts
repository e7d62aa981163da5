import type { SignatureEntry } from './contract.js';
import { schemeOf } from './providers/index.js';
import { signHmac } from './schemes/hmac.js';

/**
 * Signs a body as the provider would, with the entry's first secret: for samples, the command line and tests.
 * @returns the headers to send
 * @throws Error when the provider is unknown or the entry has no usable secret
 */
export function signMessage(entry: SignatureEntry, rawBody: Buffer, now: Date): Record<string, string> {
  const scheme = schemeOf(entry);
  if (!scheme) throw new Error(`There is no provider named "${entry.provider}".`);
  return signHmac(scheme, entry.secrets[0] ?? '', rawBody, now);
}
