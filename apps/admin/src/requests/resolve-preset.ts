import { resolveSecret, type AuthEntry } from '#engine';
import type { JsonObject } from '#shared';
import { resolveOptions } from './resolve-options.js';
import { envNamesIn, type KnownSecrets } from './secret-hints.js';

/** An entry of a preset with the secrets that are in force. */
export interface ResolvedPreset {
  entry: { provider: string; secrets: string[]; options: JsonObject };
  /** Of each of its secrets; null where the document has no single template. */
  names: (string | null)[];
  /** False when an option, or every secret, cannot be resolved: nothing passes then. */
  isUsable: boolean;
}

/** As the gateway resolves it: keys that are not there are left out. An entry `jwt` names its preset by its type. */
export function resolvePreset(
  entry: Exclude<AuthEntry, { type: 'ip' | 'basic' | 'token' }>,
  known: KnownSecrets,
): ResolvedPreset {
  const { type, provider = type, secrets: templates = [], ...rest } = entry as JsonObject & PresetEntry;
  const options = resolveOptions(rest, (template) => resolveKnown(template, known));
  const usable = templates.flatMap((template) => {
    const value = resolveKnown(template, known);
    return value === null ? [] : [{ value, name: nameOf(template) }];
  });
  return {
    entry: { provider, secrets: usable.map(({ value }) => value), options: options.values },
    names: usable.map(({ name }) => name),
    isUsable: options.areComplete && (templates.length === 0 || usable.length > 0),
  };
}

interface PresetEntry {
  type: string;
  provider?: string;
  secrets?: string[];
}

/** The value of a configured secret; null when it is blank or anything it names is not in force. */
export function resolveKnown(template: string, { values }: KnownSecrets): string | null {
  return resolveSecret(template, envNamesIn(template), Object.fromEntries(values));
}

/** The secret that a template is made of; null for plain text, and for a text of several. */
export function nameOf(template: string): string | null {
  const names = envNamesIn(template);
  return names.length === 1 ? names[0]! : null;
}
