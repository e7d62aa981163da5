import type { Json, JsonObject } from '#shared';
import { parseContentType, type ContentType } from './content-type.js';
import { decodeText, findDecoder } from './decode-text.js';
import { FORM_LIMITS, parseForm } from './parse-form.js';
import { parseJsonBytes, unknownCharset, type JsonReading } from './parse-json-body.js';
import { refuse, type ParseRefusal } from './parse-refusal.js';
import { readPartHead, type PartHead } from './part-head.js';
import { splitMultipart } from './split-multipart.js';
import { uploadedFile } from './uploaded-file.js';

interface Part extends PartHead {
  content: Buffer;
}

/**
 * Reads `multipart/form-data`: fields as a form of the same names would be, a field declared as JSON as its value, files
 * by name as lists. A part is a file when it has a file name; one that is empty in name and content is a file input that
 * nobody filled, and is left out. `_charset_` is the charset of names and of fields that state none.
 */
export function parseMultipart(
  body: Buffer,
  type: ContentType,
  reading: JsonReading,
): { ok: true; data: Json; files: JsonObject } | ParseRefusal {
  const parts = readParts(body, type, reading);
  if (!Array.isArray(parts)) return parts;
  const charset = charsetOf(parts, type.charset ?? 'utf-8');
  if (findDecoder(charset) === null) return unknownCharset(charset);
  const values: [string, Json][] = [];
  for (const part of parts.filter(({ filename }) => filename === null)) {
    const field = readField(part, charset, reading);
    if (!field.ok) return field;
    values.push([headText(part.name, charset), field.data]);
  }
  const data = nestFields(values);
  return data === null
    ? refuse('body_too_complex', `the form has more than ${FORM_LIMITS}`)
    : { ok: true, data, files: readFiles(parts, charset) };
}

function headText(latin1: string, charset: string): string {
  return decodeText(Buffer.from(latin1, 'latin1'), charset) ?? '';
}

function readFiles(parts: readonly Part[], charset: string): JsonObject {
  const files = new Map<string, Json[]>();
  for (const { name, filename, extendedFilename, contentType, content } of parts) {
    if (filename === null || (filename === '' && extendedFilename === null && content.length === 0)) continue;
    const shown = extendedFilename ?? headText(filename, charset);
    addFile(files, headText(name, charset), uploadedFile(shown, contentType, content));
  }
  return Object.fromEntries(files);
}

function readParts(body: Buffer, type: ContentType, { limits }: JsonReading): Part[] | ParseRefusal {
  const split = splitMultipart(body, type.boundary, limits.multipartParts);
  if (!split.ok) return split;
  const parts: Part[] = [];
  for (const { head, content } of split.parts) {
    const read = readPartHead(head);
    if (typeof read === 'string') return refuse('malformed_body', read);
    const most = read.filename === null ? limits.multipartField : limits.multipartFile;
    if (content.length > most) {
      return refuse('part_too_large', `a ${read.filename === null ? 'field' : 'file'} has more than ${most} bytes`);
    }
    parts.push({ ...read, content });
  }
  return parts;
}

/** RFC 7578 section 4.6. A name that is not known is left alone: the field then is one as any other. */
function charsetOf(parts: readonly Part[], fallback: string): string {
  const named = parts.find(({ name, filename }) => name === '_charset_' && filename === null);
  const label = named === undefined || named.content.length > 40 ? '' : named.content.toString('latin1').trim();
  return label !== '' && findDecoder(label) !== null ? label : fallback;
}

function readField(part: Part, fallback: string, reading: JsonReading): { ok: true; data: Json } | ParseRefusal {
  const { essence, charset } = parseContentType(part.contentType ?? undefined);
  const stated = charset ?? fallback;
  if (essence === 'application/json' && part.content.length > 0) return parseJsonBytes(part.content, stated, reading);
  const text = decodeText(part.content, stated);
  return text === null ? unknownCharset(stated) : { ok: true, data: essence === 'application/json' ? null : text };
}

/** `photos[]` is how forms write a list, which files always are. */
function addFile(files: Map<string, Json[]>, written: string, file: Json): void {
  const name = written.endsWith('[]') ? written.slice(0, -2) : written;
  if (name === '__proto__') return;
  const earlier = files.get(name);
  if (earlier === undefined) files.set(name, [file]);
  else earlier.push(file);
}

/** The parser of forms nests the names; in place of each value it sees the value's position. */
function nestFields(values: readonly [string, Json][]): Json | null {
  const form = parseForm(values.map(([name], index) => `${encodeURIComponent(name)}=${index}`).join('&'));
  return form === null ? null : fillIn(form, values);
}

/** Depth was limited by the parser. */
function fillIn(value: Json, values: readonly [string, Json][]): Json {
  if (typeof value === 'string') return values[Number(value)]?.[1] ?? null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => fillIn(entry, values));
  for (const [name, entry] of Object.entries(value)) value[name] = fillIn(entry, values);
  return value;
}
