import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Refusal } from './refusal.js';

const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * Removes at most one layer of content encoding. The cap is on what comes out, so a bomb stops when it reaches it.
 * @param encoding the Content-Encoding header
 * @param limit bytes
 * @throws Refusal unsupported_encoding, malformed_encoding, body_too_large
 */
export async function decodeBody(received: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  const name = (encoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return received;
  const decode = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (!decode) throw new Refusal('unsupported_encoding');
  if (received.length === 0) return received;
  try {
    return await decode(received, { maxOutputLength: limit });
  } catch (error) {
    const isBomb = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Refusal(isBomb ? 'body_too_large' : 'malformed_encoding');
  }
}
