import type { Json } from '#shared';
import { decodeText, isUtf8 } from './decode-text.js';
import { parseJson, parseJsonLossless } from './parse-json.js';
import type { ParseLimits } from './parse-limits.js';
import { refuse, type ParseRefusal } from './parse-refusal.js';
import { scanJson } from './scan-json.js';

/** How JSON is read, wherever in a body it stands. */
export interface JsonReading {
  limits: ParseLimits;
  /** Numbers of JSON as the text they were written as. */
  lossless: boolean;
  /** Keys counted so far: the limit is one for the whole body. */
  seen: { keys: number };
}

/** Reads bytes in a charset as JSON, after their depth and keys were counted. What is scanned is what is parsed. */
export function parseJsonBytes(
  bytes: Buffer,
  charset: string,
  reading: JsonReading,
): { ok: true; data: Json } | ParseRefusal {
  const text = decodeText(bytes, charset);
  if (text === null) return unknownCharset(charset);
  return readJson(isUtf8(bytes, charset) ? bytes : Buffer.from(text), text, reading);
}

/** The same for text that was decoded before. */
export function parseJsonText(text: string, reading: JsonReading): { ok: true; data: Json } | ParseRefusal {
  return readJson(Buffer.from(text), text, reading);
}

export function unknownCharset(charset: string): ParseRefusal {
  return refuse('unsupported_media_type', `the charset "${charset.slice(0, 40)}" is not known`);
}

function readJson(
  bytes: Uint8Array,
  text: string,
  { limits, lossless, seen }: JsonReading,
): { ok: true; data: Json } | ParseRefusal {
  const excess = scanJson(bytes, limits, seen);
  if (excess !== null) return refuse('body_too_complex', excess);
  try {
    return { ok: true, data: lossless ? parseJsonLossless(text) : parseJson(text) };
  } catch {
    // The parser's message quotes the body; the answer goes to whoever sent it, and to logs.
    return refuse('malformed_body', 'the body is not valid JSON');
  }
}
