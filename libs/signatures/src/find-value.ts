import type { SignatureHeaders, ValueSource } from './contract.js';
import { findJson } from './json-body.js';
import { queryOf } from './sender-url.js';
import { findXml } from './xml-body.js';

/** Where values are looked up. */
export interface ValueMessage {
  url: string;
  headers: SignatureHeaders;
  /** The body whose members count: decoded and decrypted where it was encoded or encrypted. */
  rawBody: Buffer;
}

/** The text found at a source; null when it is not there, empty, or there more than once. Never throws. */
export function findValue(source: ValueSource, message: ValueMessage): string | null {
  if ('all' in source)
    return joined(
      source.all.map((part) => findValue(part, message)),
      ' ',
    );
  if ('first' in source) return firstOf(source.first, message);
  return findOne(source, message) || null;
}

type OneSource = Exclude<ValueSource, { all: unknown } | { first: unknown }>;

function findOne(source: OneSource, { url, headers, rawBody }: ValueMessage): string | null | undefined {
  if ('header' in source) return Object.hasOwn(headers, source.header) ? headers[source.header] : null;
  if ('query' in source) return single(new URLSearchParams(queryOf(url)), source.query);
  if ('form' in source) return single(new URLSearchParams(rawBody.toString('utf8')), source.form);
  if ('json' in source) return jsonText(rawBody, source.json);
  if ('xml' in source) return findXml(rawBody, source.xml);
  return everyId(rawBody, source.each, source.item);
}

/** A doubled parameter says two things, and so nothing. */
function single(parameters: URLSearchParams, name: string): string | null {
  const values = parameters.getAll(name);
  return values.length === 1 ? values[0]! : null;
}

function firstOf(sources: readonly ValueSource[], message: ValueMessage): string | null {
  for (const source of sources) {
    const value = findValue(source, message);
    if (value !== null) return value;
  }
  return null;
}

function jsonText(body: Buffer, path: string): string | null {
  const found = findJson(body, path);
  return found && 'text' in found && found.kind !== 'null' ? found.text : null;
}

function everyId(body: Buffer, path: string, names: readonly string[]): string | null {
  const list = findJson(body, path);
  if (list?.kind !== 'list' || list.length === 0) return null;
  const start = path === '' ? '' : `${path}.`;
  const ids: string[] = [];
  for (let position = 0; position < list.length; position += 1) {
    const parts = names.map((name) => jsonText(body, `${start}${position}.${name}`) || null);
    const id = joined(parts, ' ');
    if (id === null) return null;
    ids.push(id);
  }
  return ids.join('\n');
}

function joined(parts: readonly (string | null)[], separator: string): string | null {
  return parts.length === 0 || parts.includes(null) ? null : parts.join(separator);
}
