import { percentDecode } from './percent-decode.js';

/** What the header lines of a part say. Names are bytes still, one a character. */
export interface PartHead {
  name: string;
  /** Null for a field. */
  filename: string | null;
  /** `filename*` of RFC 5987, decoded; null when there is none. */
  extendedFilename: string | null;
  /** As written; null when not stated. */
  contentType: string | null;
}

const MAX_LINES = 16;
const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)$/;
/** Of a quoted value only `\"` is an escape: browsers write file names with lone backslashes. */
const PARAMETER = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:\\"|[^"])*)"|([^\s;"]*))/y;
const EXTENDED = /^(utf-8|iso-8859-1)'[^']*'((?:[!#$&+.^_`|~0-9A-Za-z-]|%[0-9a-f]{2})*)$/i;
const PLAIN_ENCODING = /^(?:7bit|8bit|binary)$/i;

/**
 * Reads the header lines of a part of `multipart/form-data` (RFC 7578 section 4).
 *
 * @returns what is wrong with them, as text
 */
export function readPartHead(head: string): PartHead | string {
  const fields = readLines(head);
  if (typeof fields === 'string') return fields;
  const encoding = fields.get('content-transfer-encoding') ?? 'binary';
  if (!PLAIN_ENCODING.test(encoding)) return 'a part has a Content-Transfer-Encoding; send its bytes as they are';
  const contentType = fields.get('content-type') ?? null;
  if (/^(?:multipart|message)\//i.test(contentType ?? '')) return 'a part is a multipart or a message itself';
  return readDisposition(fields.get('content-disposition') ?? '', contentType);
}

function readLines(head: string): Map<string, string> | string {
  const lines = head === '' ? [] : head.split('\r\n');
  if (lines.length > MAX_LINES) return `a part has more than ${MAX_LINES} header lines`;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = LINE.exec(line) ?? [];
    if (name === '') return 'a part has a malformed header line';
    if (fields.has(name.toLowerCase())) return 'a part repeats a header line';
    fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

function readDisposition(text: string, contentType: string | null): PartHead | string {
  if (!/^form-data[ \t]*(?:;|$)/i.test(text)) return 'a part is no form-data';
  const parameters = readParameters(text, 'form-data'.length);
  const name = parameters?.get('name');
  if (!parameters || name === undefined) return 'a part has no name, or a malformed one';
  const extended = parameters.get('filename*');
  const extendedFilename = extended === undefined ? null : decodeExtended(extended);
  if (extended !== undefined && extendedFilename === null) return 'a part has a malformed filename*';
  const filename = parameters.get('filename') ?? (extended === undefined ? null : '');
  return { name, filename, extendedFilename, contentType };
}

/** Null when the rest is no list of parameters, or one comes twice: two readers would not agree on it. */
function readParameters(text: string, from: number): Map<string, string> | null {
  const found = new Map<string, string>();
  let at = from;
  while (at < text.length) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(text);
    const name = match?.[1]?.toLowerCase() ?? '';
    if (match === null || found.has(name)) return null;
    found.set(name, match[2] === undefined ? (match[3] ?? '') : unescape(match[2]));
    at = PARAMETER.lastIndex;
  }
  return found;
}

/** As the HTML Standard encodes names, and `\"` of RFC 2616 writers. */
function unescape(text: string): string {
  return text.replaceAll('\\"', '"').replace(/%22/g, '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n');
}

function decodeExtended(text: string): string | null {
  const [, charset = '', value = ''] = EXTENDED.exec(text) ?? [];
  return charset === '' ? null : new TextDecoder(charset).decode(percentDecode(value));
}
