import type { Json } from '#shared';

/** Replaces secret values in anything that is recorded. Values without a secret come back as they are, not copied. */
export interface SecretMask {
  json(value: Json): Json;
  text(value: string): string;
}

const MASK = '***';
/** A shorter secret is masked only where it is the whole value: as a part it would tear up unrelated text. */
const SHORTEST_PART = 4;

const NO_SECRETS: SecretMask = { json: (value) => value, text: (value) => value };

/**
 * A mask for the secrets among `env`. It works by value, wherever the value came from: in strings and object keys,
 * also as written inside JSON text or a URL, and in numbers that spell the secret.
 */
export function createSecretMask(env: {
  values: Readonly<Record<string, string>>;
  secretNames: ReadonlySet<string>;
}): SecretMask {
  const secrets = new Set<string>();
  for (const name of env.secretNames) {
    const value = Object.hasOwn(env.values, name) ? env.values[name] : undefined;
    if (value !== undefined && value !== '') secrets.add(value);
  }
  return secrets.size === 0 ? NO_SECRETS : maskFor(secrets);
}

function maskFor(secrets: ReadonlySet<string>): SecretMask {
  const parts = partPattern(secrets);
  const text = (value: string): string => {
    if (secrets.has(value)) return MASK;
    return parts === null ? value : value.replace(parts, MASK);
  };
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return secrets.has(String(value)) ? MASK : value;
    if (Array.isArray(value)) return maskArray(value, json);
    return value !== null && typeof value === 'object' ? maskObject(value, text, json) : value;
  };
  return { json, text };
}

/** Longest first, so that a secret that holds another one goes as a whole. */
function partPattern(secrets: ReadonlySet<string>): RegExp | null {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST_PART) continue;
    forms.add(secret);
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(encodeURIComponent(secret.toWellFormed()));
  }
  if (forms.size === 0) return null;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escapeForRegExp).join('|'), 'g');
}

function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function maskArray(value: Json[], json: (value: Json) => Json): Json[] {
  let changed = false;
  const masked = value.map((item) => {
    const next = json(item);
    changed ||= next !== item;
    return next;
  });
  return changed ? masked : value;
}

function maskObject(
  value: { [key: string]: Json },
  text: (value: string) => string,
  json: (value: Json) => Json,
): { [key: string]: Json } {
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => {
    const nextKey = text(key);
    const nextItem = json(item);
    changed ||= nextKey !== key || nextItem !== item;
    return [nextKey, nextItem];
  });
  // fromEntries defines own properties: a key `__proto__` stays data.
  return changed ? Object.fromEntries(entries) : value;
}
