import { createHash } from 'node:crypto';
import { isJsonObject, type Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';

/** The content types a request node can send. */
export const REQUEST_CONTENT_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/xml',
  'text/plain',
] as const;

export type RequestContentType = (typeof REQUEST_CONTENT_TYPES)[number];

/** A body as it goes out, with the `Content-Type` that belongs to it. */
export interface EncodedBody {
  contentType: string;
  body: string;
}

/**
 * Encodes `data` for a content type. Text for `application/json` is sent as it is when it is JSON already, else as a
 * JSON string. Forms take an object or a list of `{name, value}` (multipart also `{name, valueType: text, text}`); a
 * value that is no text is written as JSON. Throws EngineError `invalid_data` for what cannot be written that way.
 */
export function encodeBody(contentType: RequestContentType, data: Json): EncodedBody {
  switch (contentType) {
    case 'application/json':
      return { contentType, body: typeof data === 'string' && isJsonText(data) ? data : JSON.stringify(data) };
    case 'application/x-www-form-urlencoded':
      return { contentType, body: new URLSearchParams(formFields(data)).toString() };
    case 'multipart/form-data':
      return encodeMultipart(formFields(data));
    case 'application/xml':
    case 'text/plain':
      return { contentType: `${contentType}; charset=utf-8`, body: fieldText(data) };
    default:
      return unknownContentType(contentType);
  }
}

/** A value as text: text as it is, nothing for null, JSON for the rest. */
export function fieldText(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unknownContentType(contentType: never): never {
  throw new EngineError('invalid_data', `The content type ${String(contentType)} cannot be sent.`);
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function formFields(data: Json): [string, string][] {
  if (isJsonObject(data)) return Object.entries(data).map(([name, value]) => [name, fieldText(value)]);
  if (!Array.isArray(data)) throw new EngineError('invalid_data', 'A form needs an object or a list of {name, value}.');
  return data.map((field, index) => {
    if (!isJsonObject(field) || typeof field['name'] !== 'string') {
      throw new EngineError('invalid_data', `Form field ${index} has no name.`);
    }
    if (field['valueType'] === 'file') throw new EngineError('invalid_data', 'Files in a form are not supported.');
    return [field['name'], fieldText(field['value'] ?? field['text'] ?? null)];
  });
}

/** RFC 7578; names are escaped as HTML says (multipart/form-data encoding algorithm), which all receivers read. */
function encodeMultipart(fields: readonly [string, string][]): EncodedBody {
  const boundary = boundaryFor(fields);
  const parts = fields.map(([name, value]) => {
    const escaped = name.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22');
    return `--${boundary}\r\ncontent-disposition: form-data; name="${escaped}"\r\n\r\n${value}\r\n`;
  });
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: `${parts.join('')}--${boundary}--\r\n` };
}

/** From the content itself, so that a repeated try sends the same bytes; changed until no field holds it. */
function boundaryFor(fields: readonly [string, string][]): string {
  const content = JSON.stringify(fields);
  for (let salt = 0; ; salt += 1) {
    const hash = createHash('sha256').update(`${salt}${content}`).digest('hex').slice(0, 32);
    const boundary = `hookmill-${hash}`;
    if (!content.includes(boundary)) return boundary;
  }
}
