import { createDecipheriv } from 'node:crypto';
import { isJsonObject, type Json } from '#shared';
import { decodeStrictly } from '../bytes.js';
import type { SealedPart, SignatureEntry, SignatureFault } from '../contract.js';

const TAG_BYTES = 16;

/**
 * The body with its sealed part opened; null when there is none, or no key to open it with. The plain JSON is spliced in
 * as it was written, so that its numbers stay what they are.
 */
export function openSealedPart(
  { option, member }: SealedPart,
  entry: SignatureEntry,
  body: Buffer,
): Buffer | SignatureFault | null {
  const text = entry.options?.[option];
  if (text === undefined || text === null) return null;
  const key = typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.alloc(0);
  if (key.length !== 32) return 'misconfigured';
  try {
    const { [member]: sealed, ...rest } = JSON.parse(body.toString('utf8')) as Record<string, Json>;
    if (!isJsonObject(sealed) || sealed.ciphertext === undefined) return null;
    const plain = decrypt(key, sealed);
    JSON.parse(plain);
    const others = JSON.stringify(rest).slice(1, -1);
    return Buffer.from(`{${others}${others === '' ? '' : ','}${JSON.stringify(member)}:${plain}}`, 'utf8');
  } catch {
    return 'malformed_body';
  }
}

/** @throws Error when it was not sealed with this key */
function decrypt(
  key: Buffer,
  { ciphertext, nonce, associated_data: associated }: Readonly<Record<string, Json>>,
): string {
  const bytes = decodeStrictly(String(ciphertext), 'base64');
  if (!bytes || bytes.length < TAG_BYTES || typeof nonce !== 'string') throw new Error('This is no sealed part.');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'utf8'), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  decipher.setAAD(Buffer.from(typeof associated === 'string' ? associated : '', 'utf8'));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
}
