import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';

/** WeCom pads to 32 bytes, twice the block of AES: node:crypto's own padding would refuse it. */
const PADDED_TO = 32;
const AES_BLOCK = 16;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;

/** What is behind a ciphertext, and for whom it was meant. */
export interface Opened {
  message: Buffer;
  receiver: Buffer;
}

/** The key in an EncodingAESKey: 43 characters of base64, of which the last carries two bits too many. Null for others. */
export function readCallbackKey(encodingAesKey: string): Buffer | null {
  return /^[A-Za-z0-9+/]{43}$/.test(encodingAesKey) ? Buffer.from(`${encodingAesKey}=`, 'base64') : null;
}

/** SHA-1 over the four texts, sorted and joined, in hex. */
export function callbackSignature(token: string, timestamp: string, nonce: string, ciphertext: string): string {
  return createHash('sha1').update([token, timestamp, nonce, ciphertext].sort().join(''), 'utf8').digest('hex');
}

/**
 * Opens `random | length | message | receiver`. Null for anything that is not exactly that: loose base64, a broken block,
 * a padding of which one byte is wrong, a length beyond the text. Never throws.
 */
export function openCallback(key: Buffer, ciphertext: string): Opened | null {
  const bytes = decodeStrictly(ciphertext, 'base64');
  if (!bytes || bytes.length % AES_BLOCK !== 0) return null;
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, AES_BLOCK)).setAutoPadding(false);
  const plain = withoutPadding(Buffer.concat([decipher.update(bytes), decipher.final()]));
  const start = RANDOM_BYTES + LENGTH_BYTES;
  if (!plain || plain.length < start) return null;
  const end = start + plain.readUInt32BE(RANDOM_BYTES);
  return end > plain.length ? null : { message: plain.subarray(start, end), receiver: plain.subarray(end) };
}

/** Closes a message for a receiver; the inverse of {@link openCallback}. */
export function closeCallback(key: Buffer, message: Buffer, receiver: string): string {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(message.length);
  const plain = Buffer.concat([randomBytes(RANDOM_BYTES), length, message, Buffer.from(receiver, 'utf8')]);
  const padding = PADDED_TO - (plain.length % PADDED_TO);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, AES_BLOCK)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]).toString(
    'base64',
  );
}

function withoutPadding(plain: Buffer): Buffer | null {
  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > PADDED_TO || padding > plain.length) return null;
  const end = plain.length - padding;
  return timingSafeEqual(plain.subarray(end), Buffer.alloc(padding, padding)) ? plain.subarray(0, end) : null;
}
