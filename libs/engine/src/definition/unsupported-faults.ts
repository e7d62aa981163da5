import { isJsonObject, type Json, type JsonObject } from '#shared';
import { findProvider } from '#signatures';
import type { Fault } from '../contract/workflow-document.js';
import { DOCUMENTED_PROVIDERS } from './documented-names.js';

type Probe = readonly [name: string, isAsked: (value: Json) => boolean];

const always = (): boolean => true;

const TRIGGER_PROBES: readonly Probe[] = [
  ['rateLimit', always],
  ['concurrency', always],
  ['order', always],
  ['priority', (value) => typeof value === 'number' && value !== 0],
  ['splitBatch', (value) => value === true],
];

/**
 * What the documentation describes and this release does not do. It is refused by name, never ignored: a workflow must
 * not run without the limit, the order or the check that its author wrote down. Node types are told apart where nodes
 * are compiled, because only the registry knows which exist.
 */
export function unsupportedFaults(document: JsonObject): Fault[] {
  const faults: Fault[] = [];
  const { trigger } = document;
  if (isJsonObject(trigger) && trigger.type === 'webhook') {
    faults.push(...probeTrigger(trigger), ...authFaults(trigger.auth));
  }
  return faults;
}

/** The one wording of `not_supported`. */
export function unsupported(pointer: string, what: string): Fault {
  return {
    pointer,
    code: 'not_supported',
    message: `${what} is documented but not supported by this release; remove it`,
  };
}

function probeTrigger(trigger: JsonObject): Fault[] {
  return TRIGGER_PROBES.flatMap(([name, isAsked]) => {
    const found = trigger[name];
    return found !== undefined && isAsked(found) ? [unsupported(`/trigger/${name}`, `"${name}"`)] : [];
  });
}

function authFaults(auth: Json | undefined): Fault[] {
  if (!Array.isArray(auth)) return [];
  return auth.flatMap((entry, index) => {
    if (!isJsonObject(entry)) return [];
    const pointer = `/trigger/auth/${index}`;
    if (entry.type === 'jwt') return findProvider('jwt') ? [] : [unsupported(`${pointer}/type`, 'the check "jwt"')];
    const { provider } = entry;
    const isMissing = typeof provider === 'string' && DOCUMENTED_PROVIDERS.has(provider) && !findProvider(provider);
    if (entry.type !== 'signature' || !isMissing) return [];
    return [unsupported(`${pointer}/provider`, `the provider "${provider}"`)];
  });
}
