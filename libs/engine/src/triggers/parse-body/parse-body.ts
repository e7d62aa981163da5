import type { Json } from '#shared';
import { decodeText, parseContentType } from './content-type.js';
import { parseForm } from './parse-form.js';
import { parseJson, parseJsonLossless } from './parse-json.js';
import { scanJson, type ParseLimits } from './scan-json.js';

export type { ParseLimits } from './scan-json.js';

/** Why a body was not parsed: what the sender is answered. */
export interface ParseRefusal {
  ok: false;
  status: 400 | 415;
  code: 'malformed_body' | 'body_too_complex' | 'unsupported_media_type';
  detail: string;
}

export type ParsedBody = { ok: true; data: Json } | ParseRefusal;

interface ParseOptions {
  /** Numbers of JSON as the text they were written as. */
  lossless?: boolean;
}

/**
 * Parses a body by its content type, which alone decides: JSON and `+json`, forms, text, anything else as base64 text.
 * An empty body is null. Without a content type it is JSON when it reads as an object or a list, else text.
 * `multipart/*` and XML are refused with 415: this release does not parse them, and a workflow must not take a base64
 * string for the fields it expects.
 */
export function parseBody(
  body: Buffer,
  header: string | undefined,
  limits: ParseLimits,
  options: ParseOptions = {},
): ParsedBody {
  if (body.length === 0) return { ok: true, data: null };
  const { essence, charset } = parseContentType(header);
  if (essence === '') return parseUntyped(body, limits, options);
  if (isUnsupported(essence)) return unsupportedType(`${essence} bodies are not supported by this release`);
  const kind = kindOf(essence);
  if (kind === 'bytes') return { ok: true, data: body.toString('base64') };
  const text = decodeText(body, charset);
  if (text === null) return unsupportedType(`the charset "${charset}" is not known`);
  if (kind === 'json') return parseJsonBody(isUtf8(charset) ? body : Buffer.from(text), text, limits, options);
  return kind === 'form' ? parseFormBody(text) : { ok: true, data: text };
}

function isUtf8(charset: string): boolean {
  return charset === 'utf-8' || charset === 'utf8';
}

function isUnsupported(essence: string): boolean {
  return essence.startsWith('multipart/') || /^(?:application|text)\/xml$|\+xml$/.test(essence);
}

function kindOf(essence: string): 'json' | 'form' | 'text' | 'bytes' {
  if (essence === 'application/json' || essence.endsWith('+json')) return 'json';
  if (essence === 'application/x-www-form-urlencoded') return 'form';
  return essence.startsWith('text/') ? 'text' : 'bytes';
}

function unsupportedType(detail: string): ParseRefusal {
  return { ok: false, status: 415, code: 'unsupported_media_type', detail };
}

function tooComplex(detail: string): ParseRefusal {
  return { ok: false, status: 400, code: 'body_too_complex', detail };
}

function parseJsonBody(bytes: Buffer, text: string, limits: ParseLimits, options: ParseOptions): ParsedBody {
  const excess = scanJson(bytes, limits);
  if (excess !== null) return tooComplex(excess);
  try {
    return { ok: true, data: options.lossless === true ? parseJsonLossless(text) : parseJson(text) };
  } catch {
    // The parser's message quotes the body; the answer goes to whoever sent it, and to logs.
    return { ok: false, status: 400, code: 'malformed_body', detail: 'the body is not valid JSON' };
  }
}

function parseFormBody(text: string): ParsedBody {
  const data = parseForm(text);
  return data === null ? tooComplex('the form has more than 1,000 parameters or 20 levels') : { ok: true, data };
}

function parseUntyped(body: Buffer, limits: ParseLimits, options: ParseOptions): ParsedBody {
  const text = decodeText(body, 'utf-8') ?? '';
  if (!/^\s*[[{]/.test(text)) return { ok: true, data: text };
  const parsed = parseJsonBody(body, text, limits, options);
  return parsed.ok || parsed.code === 'body_too_complex' ? parsed : { ok: true, data: text };
}
