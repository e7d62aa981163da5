import type { HmacScheme, Provider, SignatureEntry } from '../contract.js';
import { github } from './github.js';
import { hmac } from './hmac.js';

/** What the `hmac` provider takes where the document says nothing. Tolerance in seconds. */
const DEFAULTS: HmacScheme = {
  header: 'x-signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  signedBytes: '{raw}',
  timestampHeader: null,
  tolerance: 300,
};

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
  const { header, algorithm, encoding, prefix, signedBytes, timestampHeader, tolerance } = entry;
  const written = { header, algorithm, encoding, prefix, signedBytes, timestampHeader, tolerance };
  const stated = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
  const scheme: HmacScheme = { ...DEFAULTS, ...stated };
  const lowerCase = scheme.timestampHeader === null ? null : scheme.timestampHeader.toLowerCase();
  return { ...scheme, header: scheme.header.toLowerCase(), timestampHeader: lowerCase };
}
