import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import type { ChannelDocument } from './read-channel.js';
import { findChannelType, type CredentialKind } from './channel-types.js';

const MASK = '***';
/** What is read from a secret is none itself. */
const ONLY_SECRET = /^\s*\{\{\s*\$env[.[][^{}]*\}\}\s*$/;
const CREDENTIAL_NAME = /key|token|secret|pass|sign|auth|credential/i;
const CREDENTIAL_PAIR = /((?:key|token|secret|pass\w*|sign\w*|auth\w*)["']?\s*[=:]\s*["']?)([^"'&\s{}<>]+)/gi;

/**
 * The config with its credentials as `***`: of a URL everything behind the host, of headers their values, of a body what
 * is named like a credential. What is only `{{$env.NAME}}` stays, it tells nothing.
 */
export function maskChannel({ type, config }: ChannelDocument): JsonObject {
  return overCredentials(type, config, (value, kind) => maskValue(value, kind));
}

/**
 * Puts what is stored in the place of `***` where the rest is as it was shown, so that a channel that was read can be
 * written back. Elsewhere `***` is a fault.
 */
export function unmaskChannel(
  { type, config }: ChannelDocument,
  stored: ChannelDocument | null,
): { config: JsonObject } | { faults: Fault[] } {
  const faults: Fault[] = [];
  const before = stored?.type === type ? stored.config : {};
  const unmasked = overCredentials(type, config, (value, kind, path) => {
    const kept =
      kind === 'headers' ? unmaskHeaders(value, at(before, path)) : unmaskValue(value, kind, at(before, path));
    if (holdsMask(kept, kind)) {
      const message = 'Write the value: *** only stands for one that is stored, beside what was shown with it.';
      faults.push({ pointer: `/${path.join('/')}`, code: 'invalid', message });
    }
    return kept;
  });
  return faults.length > 0 ? { faults } : { config: unmasked };
}

/** Every literal credential of a config, for masking them in what comes back from outside. */
export function channelCredentials({ type, config }: ChannelDocument): string[] {
  const found: string[] = [];
  overCredentials(type, config, (value, kind) => {
    if (kind === 'url' && typeof value === 'string') found.push(value, ...urlParts(value));
    else if (kind === 'secret' && typeof value === 'string') found.push(value);
    else if (kind === 'headers') found.push(...headersOf(value).map((header) => String(header['value'] ?? '')));
    return value;
  });
  return found.filter((text) => text !== '');
}

type Visit = (value: Json, kind: CredentialKind, path: readonly string[]) => Json;

function overCredentials(type: string, config: JsonObject, visit: Visit): JsonObject {
  let changed = config;
  for (const [dotted, kind] of Object.entries(findChannelType(type)?.credentials ?? {})) {
    const path = dotted.split('.');
    const value = at(changed, path);
    if (value !== undefined) changed = withValue(changed, path, visit(value, kind, path));
  }
  return changed;
}

function at(config: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), config);
}

function withValue(config: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  return { ...config, [name]: rest.length === 0 ? value : withValue(config[name] as JsonObject, rest, value) };
}

function maskValue(value: Json, kind: CredentialKind): Json {
  if (kind === 'headers') {
    return headersOf(value).map((header) => ({ ...header, value: maskText(String(header['value'] ?? '')) }));
  }
  if (kind === 'body') return maskBody(value);
  if (typeof value !== 'string') return MASK;
  return kind === 'url' ? maskUrl(value) : maskText(value);
}

function maskText(text: string): string {
  return text === '' || ONLY_SECRET.test(text) ? text : MASK;
}

function maskUrl(text: string): string {
  if (ONLY_SECRET.test(text)) return text;
  const match = /^(https?:\/\/)([^/?#]*)(.*)$/is.exec(text);
  if (match === null) return MASK;
  const [, scheme = '', authority = '', rest = ''] = match;
  return `${scheme}${authority.replace(/^.*@/, `${MASK}@`)}${rest === '' || rest === '/' ? rest : `/${MASK}`}`;
}

function maskBody(value: Json, name = ''): Json {
  if (Array.isArray(value)) return value.map((item) => maskBody(item, name));
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskBody(item, key)]));
  }
  if (typeof value !== 'string') return value;
  return CREDENTIAL_NAME.test(name) ? maskText(value) : value.replace(CREDENTIAL_PAIR, `$1${MASK}`);
}

function unmaskValue(value: Json, kind: CredentialKind, stored: Json | undefined): Json {
  if (stored === undefined) return value;
  return JSON.stringify(maskValue(stored, kind)) === JSON.stringify(value) ? stored : value;
}

/** Whether `***` stands where a credential should; elsewhere it is text like any other. */
function holdsMask(value: Json, kind: CredentialKind, name = ''): boolean {
  if (kind === 'headers') return headersOf(value).some((header) => header['value'] === MASK);
  if (typeof value === 'string') {
    if (kind === 'url') return value.includes(MASK);
    const isCredential = kind === 'secret' || CREDENTIAL_NAME.test(name);
    return isCredential ? value === MASK : [...value.matchAll(CREDENTIAL_PAIR)].some(([, , given]) => given === MASK);
  }
  if (Array.isArray(value)) return value.some((item) => holdsMask(item, kind, name));
  return isJsonObject(value) && Object.entries(value).some(([key, item]) => holdsMask(item, kind, key));
}

/** By name and, for a name that comes twice, by place among its like. */
function unmaskHeaders(value: Json, stored: Json | undefined): Json {
  const before = new Map<string, Json[]>();
  for (const { name, value: text = '' } of headersOf(stored ?? [])) {
    const key = String(name).toLowerCase();
    before.set(key, [...(before.get(key) ?? []), text]);
  }
  return headersOf(value).map((header) => {
    const kept = before.get(String(header['name']).toLowerCase())?.shift();
    return header['value'] === MASK && kept !== undefined ? { ...header, value: kept } : header;
  });
}

function headersOf(value: Json): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Receivers quote the path or the token in what they say. */
function urlParts(text: string): string[] {
  const url = URL.parse(text);
  if (url === null) return [];
  const path = url.pathname.split('/').filter((part) => part.length >= SHORTEST_TOKEN);
  return [`${url.pathname}${url.search}`, ...path, ...url.searchParams.values()].filter(
    (part) => part.length >= SHORTEST_TOKEN,
  );
}

/** Shorter parts of a URL are words such as `send`, no tokens. */
const SHORTEST_TOKEN = 12;
