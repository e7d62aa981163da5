import type { ParseLimits } from './parse-limits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * One pass over UTF-8 bytes before `JSON.parse`: a hostile body is refused before anything is built from it. For valid
 * JSON, depth and keys are exact; whether it is valid is for the parser to say.
 *
 * @param seen the keys counted so far, of a body that holds several pieces of JSON; added to
 * @returns what was too much, or null.
 */
export function scanJson(
  bytes: Uint8Array,
  limits: Pick<ParseLimits, 'jsonDepth' | 'jsonKeys'>,
  seen: { keys: number },
): string | null {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth += 1;
        if (depth > limits.jsonDepth) return `JSON is nested deeper than ${limits.jsonDepth} levels`;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COLON:
        seen.keys += 1;
        if (seen.keys > limits.jsonKeys) return `JSON has more than ${limits.jsonKeys} keys`;
        break;
      default:
        break;
    }
  }
  return null;
}

/** The index of the closing quote, or of the last byte. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
