import { isJsonObject, type Json, type JsonObject } from '#shared';
import { parseContentType, type ContentType } from './content-type.js';
import { decodeText } from './decode-text.js';
import { FORM_LIMITS, parseFormBody } from './parse-form.js';
import { parseJsonBytes, parseJsonText, unknownCharset, type JsonReading } from './parse-json-body.js';
import type { ParseLimits } from './parse-limits.js';
import { parseMultipart } from './parse-multipart.js';
import { refuse, type ParseRefusal } from './parse-refusal.js';
import { parseXmlBody } from './parse-xml.js';

/** A body as templates see it. `files` are those of a multipart body; no other body can make one. */
export type ParsedBody = { ok: true; data: Json; files: JsonObject } | ParseRefusal;

interface ParseOptions {
  /** Numbers of JSON as the text they were written as. */
  lossless?: boolean;
  /** Field of a form that holds the event as JSON; where it is sent, `data` is that JSON. */
  formPayload?: string | null;
}

/**
 * Parses a body by its content type, which alone decides: JSON and `+json`, forms, multipart forms, XML and `+xml`, text,
 * anything else as base64 text. An empty body is null. Without a content type it is JSON when it reads as an object or a
 * list, else text. Never throws.
 */
export function parseBody(
  body: Buffer,
  header: string | undefined,
  limits: ParseLimits,
  options: ParseOptions = {},
): ParsedBody {
  if (body.length === 0) return { ok: true, data: null, files: {} };
  const reading: JsonReading = { limits, lossless: options.lossless === true, seen: { keys: 0 } };
  const parsed = parseByType(body, parseContentType(header), reading);
  if (!parsed.ok) return parsed;
  const { data, files = {} } = parsed;
  const payload = parsed.isForm === true ? payloadOf(data, options.formPayload ?? null, reading) : null;
  return payload?.ok === false ? payload : { ok: true, data: payload === null ? data : payload.data, files };
}

type TypedBody = { ok: true; data: Json; files?: JsonObject; isForm?: boolean } | ParseRefusal;

function parseByType(body: Buffer, type: ContentType, reading: JsonReading): TypedBody {
  switch (kindOf(type.essence)) {
    case 'untyped':
      return parseUntyped(body, reading);
    case 'json':
      return parseJsonBytes(body, charsetOf(type), reading);
    case 'form':
      return parseUrlencoded(body, charsetOf(type));
    case 'multipart':
      return asForm(parseMultipart(body, type, reading));
    case 'other-multipart':
      return refuse('unsupported_media_type', 'of the multipart types only multipart/form-data is accepted');
    case 'xml':
      return parseXmlBody(body, type.charset, reading.limits);
    case 'text':
      return parseText(body, charsetOf(type));
    case 'bytes':
      return { ok: true, data: body.toString('base64') };
  }
}

function charsetOf({ charset }: ContentType): string {
  return charset ?? 'utf-8';
}

function parseText(body: Buffer, charset: string): TypedBody {
  const text = decodeText(body, charset);
  return text === null ? unknownCharset(charset) : { ok: true, data: text };
}

type Kind = 'untyped' | 'json' | 'form' | 'multipart' | 'other-multipart' | 'xml' | 'text' | 'bytes';

/** What is not one `type/subtype` (two joined by a comma, say) is no type we know: two readers would choose two. */
const ESSENCE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['', 'untyped'],
  ['application/json', 'json'],
  ['application/x-www-form-urlencoded', 'form'],
  ['multipart/form-data', 'multipart'],
  ['application/xml', 'xml'],
  ['text/xml', 'xml'],
]);

function kindOf(essence: string): Kind {
  const known = KINDS.get(essence);
  if (known !== undefined) return known;
  // Also when more is wrong with it: no workflow must take a base64 string for the fields it expects.
  if (essence.startsWith('multipart/')) return 'other-multipart';
  if (!ESSENCE.test(essence)) return 'bytes';
  if (essence.endsWith('+json')) return 'json';
  if (essence.endsWith('+xml')) return 'xml';
  return essence.startsWith('text/') ? 'text' : 'bytes';
}

function asForm(parsed: TypedBody): TypedBody {
  return parsed.ok ? { ...parsed, isForm: true } : parsed;
}

function parseUrlencoded(body: Buffer, charset: string): TypedBody {
  const data = parseFormBody(body, charset);
  if (data === undefined) return unknownCharset(charset);
  if (data === null) return refuse('body_too_complex', `the form has more than ${FORM_LIMITS}`);
  return asForm({ ok: true, data });
}

/** Null when the form has no such field: senders of payloads also send plain forms (Slack's commands). */
function payloadOf(form: Json, field: string | null, reading: JsonReading): TypedBody | null {
  if (field === null || !isJsonObject(form) || !Object.hasOwn(form, field)) return null;
  const text = form[field];
  if (typeof text === 'string') return parseJsonText(text, reading);
  // A field of a multipart form that was declared as JSON.
  if (isJsonObject(text)) return { ok: true, data: text };
  return refuse('malformed_body', 'the form has more than one payload');
}

function parseUntyped(body: Buffer, reading: JsonReading): TypedBody {
  const text = decodeText(body, 'utf-8') ?? '';
  if (!/^\s*[[{]/.test(text)) return { ok: true, data: text };
  const parsed = parseJsonBytes(body, 'utf-8', reading);
  return parsed.ok || parsed.code === 'body_too_complex' ? parsed : { ok: true, data: text };
}
