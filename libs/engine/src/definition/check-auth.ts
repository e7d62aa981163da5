import ipaddr from 'ipaddr.js';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { entrySchema, findProvider, providers } from '#signatures';
import type { Fault } from '../contract/workflow-document.js';
import { headerNameFault, isHeaderName } from '../expression/header-rules.js';
import { templateFaults } from '../expression/template.js';
import { schemaFaults } from './schema-faults.js';
import { AUTH_SCHEMAS } from './workflow-document.js';

/** Faults of one entry of `trigger.auth`. An entry that could pass without a secret is always a fault. */
export function checkAuthEntry(entry: Json, pointer: string): Fault[] {
  if (!isJsonObject(entry)) return [];
  const schema = schemaOf(entry);
  if (typeof schema === 'string') {
    const property = entry.type === 'signature' ? 'provider' : 'type';
    const code = entry[property] === undefined ? 'missing' : 'invalid';
    return [{ pointer: `${pointer}/${property}`, code, message: schema }];
  }
  const faults = schemaFaults(schema, entry, pointer);
  const syntax = templateFaults(entry).map((fault) => ({
    ...fault,
    pointer: pointer + fault.pointer,
    code: 'syntax' as const,
  }));
  return [...faults, ...syntax, ...checkMeaning(entry, pointer)];
}

function schemaOf(entry: JsonObject): JsonObject | string {
  const types = 'use one of basic, token, ip, signature';
  if (entry.type === 'signature') {
    const { provider } = entry;
    const known = typeof provider === 'string' ? findProvider(provider) : null;
    return known ? entrySchema(known) : `use one of ${[...providers.keys()].join(', ')}`;
  }
  if (entry.type !== 'basic' && entry.type !== 'token' && entry.type !== 'ip') return types;
  return AUTH_SCHEMAS[entry.type] ?? types;
}

function checkMeaning(entry: JsonObject, pointer: string): Fault[] {
  switch (entry.type) {
    case 'basic':
      return checkUsername(entry.username, pointer);
    case 'token':
      return checkToken(entry, pointer);
    case 'ip':
      return checkRanges(entry.allow, pointer);
    default:
      return checkSignature(entry, pointer);
  }
}

/** Signed bytes without the body prove nothing about it; a timestamp that is not signed, or not sent, proves no time. */
function checkSignature(entry: JsonObject, pointer: string): Fault[] {
  const faults = [
    ...headerFaults(entry.header, `${pointer}/header`),
    ...headerFaults(entry.timestampHeader, `${pointer}/timestampHeader`),
  ];
  const template = typeof entry.signedBytes === 'string' ? entry.signedBytes : '{raw}';
  const refuse = (message: string): number =>
    faults.push({ pointer: `${pointer}/signedBytes`, code: 'invalid', message });
  if (!template.includes('{raw}')) refuse('write {raw} where the body stands');
  if (template.includes('{timestamp}') !== (entry.timestampHeader !== undefined)) {
    refuse('a timestamp needs both: {timestamp} here, and "timestampHeader"');
  }
  return faults;
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
