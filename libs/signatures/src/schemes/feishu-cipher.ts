import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';

const IV_BYTES = 16;

/** SHA-256 with the key in front of the body (no HMAC), in hex. */
export function feishuSignature(timestamp: string, nonce: string, encryptKey: string, body: Buffer): string {
  return createHash('sha256').update(`${timestamp}${nonce}${encryptKey}`, 'utf8').update(body).digest('hex');
}

/** AES-256-CBC with the key's SHA-256; the first block is the IV. Null for anything that does not open. Never throws. */
export function openFeishu(encryptKey: string, ciphertext: string): Buffer | null {
  const bytes = decodeStrictly(ciphertext, 'base64');
  if (!bytes || bytes.length < 2 * IV_BYTES || bytes.length % IV_BYTES !== 0) return null;
  try {
    const decipher = createDecipheriv('aes-256-cbc', keyOf(encryptKey), bytes.subarray(0, IV_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** The inverse of {@link openFeishu}, with an IV of its own. */
export function closeFeishu(encryptKey: string, plain: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-cbc', keyOf(encryptKey), iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString('base64');
}

function keyOf(encryptKey: string): Buffer {
  return createHash('sha256').update(encryptKey, 'utf8').digest();
}
