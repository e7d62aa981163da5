import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { encodeBody, fieldText, type RequestContentType } from './request-body.js';

/** What a request node says about the call to make; values may be any JSON after rendering. */
export interface RequestMessageConfig {
  url: string;
  method?: string;
  contentType?: RequestContentType;
  headers?: { name: string; value?: Json }[];
  params?: { name: string; value?: Json }[];
  data?: Json;
}

/** One HTTP message, ready for the client. */
export interface RequestMessage {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Buffer | string | null;
}

/** Set by the client or decided by the content type; a template must not be able to smuggle a second message in. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Builds the message of a rendered config. A GET has no body, and a body needs `data`; `Content-Type` among the headers
 * gives way to `contentType`. Throws EngineError `invalid_url`, `invalid_header` or `invalid_data`.
 */
export function requestMessage(config: RequestMessageConfig): RequestMessage {
  const method = config.method ?? 'POST';
  const headers = requestHeaders(config.headers ?? []);
  const url = requestUrl(config.url, config.params ?? []);
  if (method === 'GET' || config.data === undefined) return { url, method, headers, body: null };
  const { contentType, body } = encodeBody(config.contentType ?? 'application/json', config.data);
  return { url, method, headers: { ...headers, 'content-type': contentType }, body };
}

/** Why a header cannot be sent, null when it can. */
export function headerFault(name: string, value: string): string | null {
  if (!TOKEN.test(name)) return `"${name}" is not a header name.`;
  if (OWN_HEADERS.has(name.toLowerCase())) return `The header ${name} is set by Hookmill itself.`;
  return HEADER_VALUE.test(value) ? null : `The value of the header ${name} holds characters that no header may hold.`;
}

function requestHeaders(given: readonly { name: string; value?: Json }[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const { name, value } of given) {
    const text = fieldText(value ?? null).trim();
    const fault = headerFault(String(name), text);
    if (fault !== null) throw new EngineError('invalid_header', fault);
    const key = name.toLowerCase();
    if (key === 'content-type') continue;
    const before = headers.get(key);
    headers.set(key, before === undefined ? text : `${before}, ${text}`);
  }
  return Object.fromEntries(headers);
}

function requestUrl(given: unknown, params: readonly { name: string; value?: Json }[]): string {
  const text = typeof given === 'string' ? given.trim() : '';
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new EngineError('invalid_url', 'The URL is not an absolute http or https URL.');
  }
  for (const { name, value } of params) url.searchParams.append(String(name), fieldText(value ?? null));
  return url.href;
}
