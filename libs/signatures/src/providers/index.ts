import type { HmacScheme, Provider, SignatureEntry } from '../contract.js';
import { github } from './github.js';
import { hmac } from './hmac.js';

const DEFAULT_TOLERANCE_S = 300;

/** The registry: every provider, by name. */
export const providers: ReadonlyMap<string, Provider> = new Map([github, hmac].map((entry) => [entry.name, entry]));

/** The provider of that name; null when this release has none. */
export function findProvider(name: string): Provider | null {
  return providers.get(name) ?? null;
}

/** Providers as the management API lists them: everything but the test vectors. */
export function providerCatalogue(): Omit<Provider, 'vectors'>[] {
  return [...providers.values()].map(({ vectors: _vectors, ...shown }) => shown);
}

/** The scheme an entry stands for; null when its provider is unknown. */
export function schemeOf(entry: SignatureEntry): HmacScheme | null {
  const provider = findProvider(entry.provider);
  if (!provider) return null;
  if (provider.scheme !== 'configured') return provider.scheme;
  return {
    header: (entry.header ?? 'x-signature').toLowerCase(),
    algorithm: entry.algorithm ?? 'sha256',
    encoding: entry.encoding ?? 'hex',
    prefix: entry.prefix ?? '',
    signedBytes: entry.signedBytes ?? '{raw}',
    timestampHeader: entry.timestampHeader?.toLowerCase() ?? null,
    tolerance: entry.tolerance ?? DEFAULT_TOLERANCE_S,
  };
}
