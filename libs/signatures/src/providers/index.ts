import type { Provider } from '../contract.js';
import { adyen } from './adyen.js';
import { awsSns } from './aws-sns.js';
import { feishu } from './feishu.js';
import { github } from './github.js';
import { hmac } from './hmac.js';
import { jwt } from './jwt.js';
import { rfc9421 } from './rfc9421.js';
import { wecom } from './wecom.js';

/** The registry: every provider, by name. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [adyen, awsSns, feishu, github, hmac, jwt, rfc9421, wecom].map((entry) => [entry.name, entry]),
);

/** The provider of that name; null when this release has none. */
export function findProvider(name: string): Provider | null {
  return providers.get(name) ?? null;
}

/** Providers as the management API lists them: everything but the test vectors. */
export function providerCatalogue(): Omit<Provider, 'vectors'>[] {
  return [...providers.values()].map(({ vectors: _vectors, ...shown }) => shown);
}
