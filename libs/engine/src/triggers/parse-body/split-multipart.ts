import { refuse, type ParseRefusal } from './parse-refusal.js';

/** One part between two boundaries. */
export interface RawPart {
  /** The header lines, one byte a character: their charset is known only when all parts are. */
  head: string;
  content: Buffer;
}

/** Bytes of a part's header lines: enough for names and file names of browsers, too few to hide something in. */
const HEAD_BYTES = 8 * 1024;
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * Cuts a multipart body at its boundary (RFC 2046 section 5.1.1): lines end in CRLF, a delimiter stands alone on its
 * line, what is before the first and after the last is ignored. Without the closing delimiter the body was cut short
 * and is refused. One pass, no copies.
 */
export function splitMultipart(
  body: Buffer,
  boundary: string | null,
  maxParts: number,
): { ok: true; parts: RawPart[] } | ParseRefusal {
  if (boundary === null || !BOUNDARY.test(boundary)) return malformed('the Content-Type has no valid boundary');
  const parts: RawPart[] = [];
  let delimiter = findDelimiter(body, boundary, 0);
  while (delimiter !== null && !delimiter.isLast) {
    const headEnd = endOfHead(body, delimiter.end);
    if (headEnd === null) return malformed('a part of the multipart body has no end of its header, or one over 8 KB');
    // A part without content may lack the line break in front of its content too.
    const next = findDelimiter(body, boundary, headEnd - 2);
    if (next === null) break;
    if (parts.length >= maxParts) return refuse('too_many_parts', `the body has more than ${maxParts} parts`);
    const head = body.toString('latin1', delimiter.end, Math.max(delimiter.end, headEnd - 4));
    parts.push({ head, content: body.subarray(headEnd, Math.max(headEnd, next.start)) });
    delimiter = next;
  }
  return delimiter?.isLast === true
    ? { ok: true, parts }
    : malformed('the multipart body does not end in its boundary');
}

function malformed(detail: string): ParseRefusal {
  return refuse('malformed_body', detail);
}

interface Delimiter {
  /** Of the line break before it, which belongs to it. */
  start: number;
  /** After the line break behind it. */
  end: number;
  isLast: boolean;
}

function findDelimiter(body: Buffer, boundary: string, from: number): Delimiter | null {
  const dashed = Buffer.from(`--${boundary}`, 'latin1');
  if (from === 0 && body.subarray(0, dashed.length).equals(dashed)) {
    const first = readDelimiter(body, 0, dashed.length);
    if (first !== null) return first;
  }
  const wanted = Buffer.concat([Buffer.from('\r\n'), dashed]);
  for (let at = body.indexOf(wanted, from); at !== -1; at = body.indexOf(wanted, at + 2)) {
    const found = readDelimiter(body, at, at + wanted.length);
    if (found !== null) return found;
  }
  return null;
}

/** Null when the line goes on: its boundary only begins like ours. */
function readDelimiter(body: Buffer, start: number, after: number): Delimiter | null {
  const isLast = body[after] === DASH && body[after + 1] === DASH;
  let at = isLast ? after + 2 : after;
  while (body[at] === SPACE || body[at] === TAB) at += 1;
  if (body[at] === CR && body[at + 1] === LF) return { start, end: at + 2, isLast };
  return isLast && at === body.length ? { start, end: at, isLast } : null;
}

/** Where the content begins: after the empty line. */
function endOfHead(body: Buffer, start: number): number | null {
  if (body[start] === CR && body[start + 1] === LF) return start + 2;
  const window = body.subarray(start, start + HEAD_BYTES + 4);
  const at = window.indexOf('\r\n\r\n');
  return at === -1 ? null : start + at + 4;
}
