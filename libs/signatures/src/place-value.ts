import { isJsonObject, type Json } from '#shared';
import type { UnsignedRequest, ValueSource } from './contract.js';
import { queryOf } from './sender-url.js';

/**
 * The request with a value where {@link findValue} finds it: the inverse, for signing. A member of a JSON body is
 * written by serialising the body anew.
 * @throws Error for a place that cannot be written (XML, joined values, a body that is no JSON object)
 */
export function placeValue(request: UnsignedRequest, source: ValueSource, value: string): UnsignedRequest {
  if ('header' in source) return { ...request, headers: { ...request.headers, [source.header]: value } };
  if ('query' in source) return { ...request, url: withQuery(request.url, source.query, value) };
  if ('form' in source) return { ...request, body: withField(request.body, source.form, value) };
  if ('json' in source) return { ...request, body: withMember(request.body, source.json, value) };
  if ('first' in source && source.first[0]) return placeValue(request, source.first[0], value);
  throw new Error('A value cannot be written into this place.');
}

function withQuery(url: string, name: string, value: string): string {
  const query = new URLSearchParams(queryOf(url));
  const pair = new URLSearchParams([[name, value]]).toString();
  // Other parameters keep their spelling: some providers sign the URL.
  if (!query.has(name)) return `${url}${url.includes('?') ? '&' : '?'}${pair}`;
  query.set(name, value);
  return `${url.slice(0, url.indexOf('?'))}?${query.toString()}`;
}

function withField(body: Buffer, name: string, value: string): Buffer {
  const kept = body
    .toString('latin1')
    .split('&')
    .filter((field) => field !== '' && field.split('=', 1)[0] !== name);
  return Buffer.from([...kept, new URLSearchParams([[name, value]]).toString()].join('&'), 'latin1');
}

function withMember(body: Buffer, path: string, value: string): Buffer {
  const json = JSON.parse(body.toString('utf8')) as Json;
  if (!isJsonObject(json) || path.includes('.')) throw new Error('The body is no JSON object with that member.');
  const isNumber = /^(?:0|[1-9][0-9]{0,14})$/.test(value);
  return Buffer.from(JSON.stringify({ ...json, [path]: isNumber ? Number(value) : value }), 'utf8');
}
