import type { AuthEntry } from '#engine';
import { findProvider, type ValueSource } from '#signatures';

/** Where credentials stand in a request. */
export interface CredentialNames {
  /** Lower case. */
  headers: ReadonlySet<string>;
  parameters: ReadonlySet<string>;
}

const ALWAYS = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * Headers and query parameters whose values never get into storage: what HTTP calls credentials, the places of
 * configured tokens, and those in which a preset's handshake proves itself. Signatures are no credentials and stay.
 */
export function credentialNames(auth: readonly AuthEntry[]): CredentialNames {
  const headers = new Set(ALWAYS);
  const parameters = new Set<string>();
  const add = (source: ValueSource | null): void => {
    if (source === null) return;
    if ('header' in source) headers.add(source.header.toLowerCase());
    else if ('query' in source) parameters.add(source.query);
    else if ('first' in source) source.first.forEach(add);
    else if ('all' in source) source.all.forEach(add);
  };
  for (const entry of auth) for (const source of sourcesOf(entry)) add(source);
  return { headers, parameters };
}

function sourcesOf(entry: AuthEntry): ValueSource[] {
  if (entry.type === 'token') return configuredPlaces(entry);
  if (entry.type !== 'signature') return [];
  const provider = findProvider(entry.provider);
  if (!provider) return [];
  const { scheme, handshakes } = provider;
  const proofs = handshakes.flatMap(({ answer }) => ('token' in answer && answer.token ? [answer.token.value] : []));
  if (scheme.kind !== 'token') return proofs;
  return [...proofs, ...(scheme.from === null ? configuredPlaces(entry) : [scheme.from])];
}

/** The document says `header` or `query`. */
function configuredPlaces(entry: AuthEntry): ValueSource[] {
  const { header, query } = entry as { header?: unknown; query?: unknown };
  if (typeof header === 'string') return [{ header }];
  return typeof query === 'string' ? [{ query }] : [];
}
