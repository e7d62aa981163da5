import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Refused, UsualMistake } from './refused.js';

/** As much as the gateway lets through by default; a bomb stays small. */
const MAX_UNPACKED = 10 * 1024 * 1024;

/** Bodies that were changed on their way, or signed in another shape than they were sent in. */
export function bodyMistakes({ message }: Refused): UsualMistake[] {
  const { rawBody, headers } = message;
  const mistakes: [code: string, message: string, body: Buffer | null][] = [
    [
      'body_signed_before_compression',
      'The signature fits the decompressed body: the sender signs first and compresses then. Switch compression off.',
      unpacked(rawBody, headers['content-encoding'] ?? ''),
    ],
    [
      'body_reserialised',
      'The signature fits the same JSON without white space: something on the way, or the sender itself, serialises the body anew. Sign and send the same bytes.',
      reserialised(rawBody),
    ],
    [
      'body_trimmed',
      'The signature fits the body without the white space around it: sign and send the same bytes, the last line break included.',
      changed(rawBody, (text) => text.trim()),
    ],
    [
      'body_newline_lost',
      'The signature fits the body with a line break at its end: something on the way cuts it off.',
      Buffer.concat([rawBody, Buffer.from('\n')]),
    ],
    [
      'body_line_ends',
      'The signature fits the body with LF line ends: it was sent, or changed on its way, with CRLF.',
      changed(rawBody, (text) => text.replaceAll('\r\n', '\n')),
    ],
    [
      'body_line_ends',
      'The signature fits the body with CRLF line ends: something on the way makes LF of them.',
      changed(rawBody, (text) => text.replace(/\r?\n/g, '\r\n')),
    ],
  ];
  return mistakes.flatMap(([code, told, body]) =>
    body === null || body.equals(rawBody)
      ? []
      : [{ code, message: told, undone: { message: { ...message, rawBody: body } } }],
  );
}

/** On bytes, not characters: a body need not be UTF-8. */
function changed(body: Buffer, change: (text: string) => string): Buffer {
  return Buffer.from(change(body.toString('latin1')), 'latin1');
}

function reserialised(body: Buffer): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))), 'utf8');
  } catch {
    return null;
  }
}

function unpacked(body: Buffer, encoding: string): Buffer | null {
  const unpack = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[encoding.trim().toLowerCase()];
  try {
    return unpack ? unpack(body, { maxOutputLength: MAX_UNPACKED }) : null;
  } catch {
    return null;
  }
}
