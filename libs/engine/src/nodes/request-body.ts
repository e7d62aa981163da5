import { isJsonObject, type Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { encodeMultipart, fileParts, type FormPart } from './request-multipart.js';

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
  body: Buffer | string;
}

/**
 * Encodes `data` for a content type. Text for `application/json` is sent as it is when it is JSON already, else as a
 * JSON string. Forms take an object or a list of `{name, value}`, multipart also `{name, valueType: text, text}` and
 * `{name, valueType: file, file}`; a value that is no text is written as JSON. Throws EngineError `invalid_data` for what
 * cannot be written that way.
 */
export function encodeBody(contentType: RequestContentType, data: Json): EncodedBody {
  switch (contentType) {
    case 'application/json':
      return { contentType, body: typeof data === 'string' && isJsonText(data) ? data : JSON.stringify(data) };
    case 'application/x-www-form-urlencoded':
      return { contentType, body: new URLSearchParams(urlencodedFields(data)).toString() };
    case 'multipart/form-data':
      return encodeMultipart(formParts(data));
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

function urlencodedFields(data: Json): [string, string][] {
  return formParts(data).map((part) => {
    if ('text' in part) return [part.name, part.text];
    throw new EngineError('invalid_data', 'Only a multipart/form-data body can carry files.');
  });
}

function formParts(data: Json): FormPart[] {
  if (isJsonObject(data)) return Object.entries(data).map(([name, value]) => ({ name, text: fieldText(value) }));
  if (!Array.isArray(data)) throw new EngineError('invalid_data', 'A form needs an object or a list of {name, value}.');
  return data.flatMap((field, index) => {
    if (!isJsonObject(field) || typeof field['name'] !== 'string') {
      throw new EngineError('invalid_data', `Form field ${index} has no name.`);
    }
    const { name, valueType, file, value, text } = field;
    if (valueType === 'file') return fileParts(name, file ?? null);
    return [{ name, text: fieldText(value ?? text ?? null) }];
  });
}
