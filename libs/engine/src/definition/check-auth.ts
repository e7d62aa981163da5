import ipaddr from 'ipaddr.js';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { entrySchema, findProvider, providers, type Provider } from '#signatures';
import type { Fault } from '../contract/workflow-document.js';
import { headerNameFault, isHeaderName } from '../expression/header-rules.js';
import { templateFaults, templateReferences } from '../expression/template.js';
import { schemaFaults } from './schema-faults.js';
import { AUTH_SCHEMAS } from './workflow-document.js';

/** Faults of one entry of `trigger.auth`. An entry that could pass without a secret is always a fault. */
export function checkAuthEntry(entry: Json, pointer: string): Fault[] {
  if (!isJsonObject(entry)) return [];
  const provider = providerOf(entry);
  const schema = provider ? presetSchema(provider, entry.type) : ownSchema(entry.type);
  if (schema === null) return [unknownCheck(entry, pointer)];
  const faults = schemaFaults(schema, entry, pointer).filter(
    (fault) => !isFilledLater(fault, entry, pointer, provider),
  );
  const syntax = templateFaults(entry).map((fault) => ({
    ...fault,
    pointer: pointer + fault.pointer,
    code: 'syntax' as const,
  }));
  const meaning = provider ? checkPreset(entry, provider, pointer) : checkMeaning(entry, pointer);
  // Where a key is missing, its place says more than the schema's "one of these".
  const isKeyless = meaning.some(({ code }) => code === 'missing');
  const told = isKeyless ? faults.filter((fault) => fault.pointer !== pointer) : faults;
  return [...told, ...syntax, ...foreignTemplates(entry, pointer), ...meaning];
}

function ownSchema(type: Json | undefined): JsonObject | null {
  return typeof type === 'string' && Object.hasOwn(AUTH_SCHEMAS, type) ? (AUTH_SCHEMAS[type] ?? null) : null;
}

/** `{type: jwt, ...}` is short for the preset of that name. */
function providerOf({ type, provider }: JsonObject): Provider | null {
  if (type === 'jwt') return findProvider('jwt');
  return type === 'signature' && typeof provider === 'string' ? findProvider(provider) : null;
}

function unknownCheck(entry: JsonObject, pointer: string): Fault {
  const property = entry.type === 'signature' ? 'provider' : 'type';
  const known = property === 'provider' ? [...providers.keys()] : [...Object.keys(AUTH_SCHEMAS), 'signature', 'jwt'];
  const code = entry[property] === undefined ? 'missing' : 'invalid';
  return { pointer: `${pointer}/${property}`, code, message: `use one of ${known.join(', ')}` };
}

/** Schemas by type and preset: a validator is compiled once per schema object. */
const schemas = new Map<string, JsonObject>();

function presetSchema(provider: Provider, type: Json | undefined): JsonObject {
  const name = `${type === 'jwt' ? 'jwt' : 'signature'} ${provider.name}`;
  const schema = schemas.get(name) ?? (type === 'jwt' ? shortSchema(provider) : entrySchema(provider));
  schemas.set(name, schema);
  return schema;
}

function shortSchema(preset: Provider): JsonObject {
  const { properties, required, ...rest } = entrySchema(preset) as { properties: JsonObject; required: string[] };
  const others = Object.entries(properties).filter(([name]) => name !== 'provider');
  return {
    ...rest,
    required: required.filter((name) => name !== 'provider'),
    properties: { ...Object.fromEntries(others), type: { const: 'jwt' } },
  };
}

/** The form of a text that a template gives is known at run time only; there a wrong one refuses every request. */
function isFilledLater(fault: Fault, entry: JsonObject, pointer: string, provider: Provider | null): boolean {
  const name = fault.pointer.slice(pointer.length + 1);
  const value = entry[name];
  if (fault.code === 'wrong_type' || typeof value !== 'string' || !value.includes('{{')) return false;
  return (
    Object.hasOwn(provider?.options.properties ?? {}, name) && provider?.options.properties[name]?.enum === undefined
  );
}

/** Only `$env` is known before a request is trusted; anything else would be the sender's own word for its proof. */
function foreignTemplates(entry: JsonObject, pointer: string): Fault[] {
  return templateReferences(entry)
    .filter(({ path }) => !/^(?:ctx\.)?\$env\b/.test(path.trim()))
    .map((found) => ({ pointer: pointer + found.pointer, code: 'invalid', message: 'only {{$env.NAME}} stands here' }));
}

function checkMeaning(entry: JsonObject, pointer: string): Fault[] {
  switch (entry.type) {
    case 'basic':
      return checkUsername(entry.username, pointer);
    case 'token':
      return checkToken(entry, pointer);
    default:
      return checkRanges(entry.allow, pointer);
  }
}

function checkPreset(entry: JsonObject, provider: Provider, pointer: string): Fault[] {
  const faults = [
    ...headerFaults(entry.timestampHeader, `${pointer}/timestampHeader`),
    ...checkKeys(entry, provider, pointer),
  ];
  const { scheme } = provider;
  if (scheme.kind === 'token' && scheme.from === null) return [...faults, ...checkToken(entry, pointer)];
  faults.unshift(...headerFaults(entry.header, `${pointer}/header`));
  return scheme.kind === 'configured-hmac' ? [...faults, ...checkSignedBytes(entry, pointer)] : faults;
}

/** Signed bytes without the body prove nothing about it; a timestamp that is not signed, or not sent, proves no time. */
function checkSignedBytes(entry: JsonObject, pointer: string): Fault[] {
  const faults: Fault[] = [];
  const template = typeof entry.signedBytes === 'string' ? entry.signedBytes : '{raw}';
  const refuse = (message: string): number =>
    faults.push({ pointer: `${pointer}/signedBytes`, code: 'invalid', message });
  if (!template.includes('{raw}')) refuse('write {raw} where the body stands');
  if (template.includes('{timestamp}') !== (entry.timestampHeader !== undefined)) {
    refuse('a timestamp needs both: {timestamp} here, and "timestampHeader"');
  }
  return faults;
}

const DELIVERED = /^\{\{\s*\$env\.[A-Za-z_][A-Za-z0-9_]{0,127}\s*\}\}$/;
/** Where the key of a preset may stand whose `secrets` are optional. */
const KEY_OPTIONS = ['publicKey', 'jwksUrl'];

/** Somewhere there must be a key, and where a handshake brings it, a name to keep it under. */
function checkKeys(entry: JsonObject, { secrets, options }: Provider, pointer: string): Fault[] {
  if (secrets === 'delivered' && Array.isArray(entry.secrets)) {
    const [first] = entry.secrets;
    if (entry.secrets.length === 1 && typeof first === 'string' && DELIVERED.test(first)) return [];
    const message = 'write exactly one {{$env.NAME}}: the secret that is delivered is kept under that name';
    return [{ pointer: `${pointer}/secrets`, code: 'invalid', message }];
  }
  const places = KEY_OPTIONS.filter((name) => Object.hasOwn(options.properties, name));
  if (secrets !== 'optional' || places.length === 0) return [];
  const given = ['secrets', ...places].filter((name) => entry[name] !== undefined);
  if (given.length === 1) return [];
  const message = `write the key: one of secrets, ${places.join(', ')}`;
  return [
    given.length === 0
      ? { pointer: `${pointer}/secrets`, code: 'missing', message }
      : { pointer, code: 'invalid', message },
  ];
}

/** RFC 7617: the user-id ends at the first colon. */
function checkUsername(username: Json | undefined, pointer: string): Fault[] {
  if (typeof username !== 'string' || username.includes('{{') || !username.includes(':')) return [];
  return [{ pointer: `${pointer}/username`, code: 'invalid', message: 'a user name cannot hold a colon' }];
}

function checkToken(entry: JsonObject, pointer: string): Fault[] {
  const places = [entry.header, entry.query].filter((place) => place !== undefined).length;
  if (places === 1) return headerFaults(entry.header, `${pointer}/header`);
  const message = 'say where the token stands: either "header" or "query"';
  return [
    places === 0 ? { pointer: `${pointer}/header`, code: 'missing', message } : { pointer, code: 'invalid', message },
  ];
}

function headerFaults(name: Json | undefined, pointer: string): Fault[] {
  if (typeof name !== 'string' || name.trim() === '' || isHeaderName(name)) return [];
  return [{ pointer, code: 'invalid', message: headerNameFault(name) ?? 'write a header name' }];
}

function checkRanges(allow: Json | undefined, pointer: string): Fault[] {
  if (!Array.isArray(allow)) return [];
  return allow.flatMap((range, index): Fault[] => {
    const message = typeof range === 'string' ? rangeFault(range) : null;
    return message === null ? [] : [{ pointer: `${pointer}/allow/${index}`, code: 'invalid', message }];
  });
}

/** An address or a CIDR range. Leading zeros are refused: some readers take such an octet as octal, others do not. */
function rangeFault(range: string): string | null {
  const [address = '', prefix, ...rest] = range.split('/');
  const longest = isV4(address) ? 32 : isV6(address) ? 128 : null;
  if (longest === null || rest.length > 0) return 'write an address or a range, as in 192.0.2.0/24 or 2001:db8::/32';
  if (prefix === undefined) return null;
  const isPrefix = /^(?:0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= longest;
  return isPrefix ? null : `write a prefix from 0 to ${longest}`;
}

function isV4(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) && !/(?:^|\.)0\d/.test(address);
}

/** Zone ids mean something on one machine only. */
function isV6(address: string): boolean {
  return address.includes(':') && !address.includes('%') && ipaddr.IPv6.isValid(address);
}
