import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** An encrypted secret: a data key wrapped by the master key, and the value under the data key. */
export interface SealedSecret {
  /** First 8 hex characters of the master key's sha-256: tells which master key can open it. */
  keyId: string;
  /** iv (12) + tag (16) + encrypted data key (32). */
  wrappedKey: Buffer;
  /** iv (12) + tag (16) + encrypted value. */
  ciphertext: Buffer;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM envelope. The name of the secret is authenticated with both layers, so a row copied under another name
 * does not open.
 */
export class SecretBox {
  readonly keyId: string;

  /** @param masterKey 32 bytes */
  constructor(private readonly masterKey: Buffer) {
    if (masterKey.length !== 32) throw new Error('The master key must be 32 bytes.');
    this.keyId = createHash('sha256').update(masterKey).digest('hex').slice(0, 8);
  }

  seal(name: string, value: string): SealedSecret {
    const dataKey = randomBytes(32);
    return {
      keyId: this.keyId,
      wrappedKey: encrypt(this.masterKey, name, dataKey),
      ciphertext: encrypt(dataKey, name, Buffer.from(value, 'utf8')),
    };
  }

  /** Throws when the master key is another one, or name or bytes were changed. */
  open(name: string, sealed: SealedSecret): string {
    if (sealed.keyId !== this.keyId) {
      throw new Error(
        `Secret "${name}" was encrypted with master key ${sealed.keyId}, HOOKMILL_MASTER_KEY is ${this.keyId}.`,
      );
    }
    const dataKey = decrypt(this.masterKey, name, sealed.wrappedKey);
    return decrypt(dataKey, name, sealed.ciphertext).toString('utf8');
  }
}

function encrypt(key: Buffer, name: string, plain: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name, 'utf8'));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, name: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(name, 'utf8'))
    .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}
