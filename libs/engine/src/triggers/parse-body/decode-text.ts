import { TextDecoder } from 'node:util';

const UTF8 = new TextDecoder('utf-8');

/**
 * Text of bytes in a charset, malformed sequences replaced. A byte order mark is stronger than the charset that was
 * stated, as the Encoding Standard says, and is removed.
 *
 * @param charset a label of the Encoding Standard (utf-8, gbk, shift_jis, ...)
 * @returns null for a charset that is not known
 */
export function decodeText(bytes: Uint8Array, charset: string): string | null {
  const decoder = findDecoder(charset);
  return decoder === null ? null : (markedDecoder(bytes) ?? decoder).decode(bytes);
}

/** True when bytes below 0x80 are ASCII and nothing else, and no byte order mark says otherwise. */
export function isUtf8(bytes: Uint8Array, charset: string): boolean {
  return findDecoder(charset)?.encoding === 'utf-8' && (markedDecoder(bytes) ?? UTF8) === UTF8;
}

/** @returns null for a charset that is not known */
export function findDecoder(charset: string): TextDecoder | null {
  if (charset === 'utf-8' || charset === 'utf8') return UTF8;
  try {
    return new TextDecoder(charset);
  } catch {
    return null;
  }
}

function markedDecoder(bytes: Uint8Array): TextDecoder | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return UTF8;
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  return first === 0xff && second === 0xfe ? new TextDecoder('utf-16le') : null;
}
