import { generateKeyPairSync, type KeyObject } from 'node:crypto';

interface Pair {
  /** SPKI, PEM. */
  publicPem: string;
  /** SPKI, base64 without armour. */
  publicBase64: string;
  /** PKCS#8, PEM. */
  privatePem: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** Made anew for every run: no private key lies in the repository. */
function pairOf({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Pair {
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicBase64: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey,
    privateKey,
  };
}

export const ed25519 = pairOf(generateKeyPairSync('ed25519'));
export const ecdsa = pairOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
export const rsa = pairOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
