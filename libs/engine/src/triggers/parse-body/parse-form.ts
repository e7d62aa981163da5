import type { TextDecoder } from 'node:util';
import { parse } from 'qs';
import type { Json } from '#shared';
import { decodeText, findDecoder, isUtf8 } from './decode-text.js';
import { percentDecode } from './percent-decode.js';

const DEPTH = 20;
const PARAMETERS = 1_000;

/** What a form may not exceed, as senders are told. */
export const FORM_LIMITS = '1,000 parameters, 1,000 entries of a list or 20 levels';

type Decode = (text: string) => string;

/**
 * Reads `a=1&b[c]=2&d[]=3` with qs: objects have no prototype and `__proto__` is dropped; a name that comes again makes
 * a list. A position beyond 1,000 is refused: qs would make an object of what its sender takes for a list.
 *
 * @returns the value, or null beyond {@link FORM_LIMITS}.
 */
export function parseForm(text: string, decode?: Decode): Json | null {
  try {
    return parse(text, {
      depth: DEPTH,
      strictDepth: true,
      parameterLimit: PARAMETERS,
      arrayLimit: PARAMETERS,
      throwOnLimitExceeded: true,
      plainObjects: true,
      ...(decode === undefined ? {} : { decoder: decode }),
    }) as Json;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * The same for a body. Percent signs stand for bytes of the form's charset: that of its `_charset_` field, which
 * browsers fill in, else the one stated. A UTF-16 form has UTF-8 behind its percent signs (URL Standard).
 *
 * @returns undefined for a charset that is not known
 */
export function parseFormBody(body: Buffer, charset: string): Json | null | undefined {
  const label = namedCharset(body) ?? charset;
  const decoder = findDecoder(label);
  if (decoder === null) return undefined;
  if (isUtf8(body, label) || decoder.encoding.startsWith('utf-16')) return parseForm(decodeText(body, label) ?? '');
  return parseForm(body.toString('latin1'), byteDecoder(decoder));
}

function namedCharset(body: Buffer): string | null {
  if (!body.includes('_charset_=')) return null;
  const label = /(?:^|&)_charset_=([\w.:-]{1,40})(?:&|$)/.exec(body.toString('latin1'))?.[1] ?? '';
  const encoding = findDecoder(label)?.encoding;
  return encoding === undefined || encoding.startsWith('utf-16') ? null : label;
}

/** Of text that holds one byte in each character. */
function byteDecoder(decoder: TextDecoder): Decode {
  return (text) => decoder.decode(percentDecode(text.replaceAll('+', ' ')));
}
