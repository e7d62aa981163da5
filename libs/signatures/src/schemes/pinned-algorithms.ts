import { constants, createPrivateKey, sign, verify, type KeyObject, type SignKeyObjectInput } from 'node:crypto';

/** Signature algorithms with public keys, fixed by an entry and never by a message. */
export type PinnedAlgorithm =
  | 'ed25519'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'ecdsa-p521-sha512'
  | 'rsa-pss-sha256'
  | 'rsa-pss-sha384'
  | 'rsa-pss-sha512'
  | 'rsa-pkcs1-sha1'
  | 'rsa-pkcs1-sha256'
  | 'rsa-pkcs1-sha384'
  | 'rsa-pkcs1-sha512';

interface Shape {
  hash: string | null;
  keyTypes: readonly string[];
  /** Of ECDSA, whose signatures are the two numbers side by side (IEEE P1363), as JOSE and RFC 9421 write them. */
  curve?: string;
  pss?: boolean;
}

const pss = (hash: string): Shape => ({ hash, keyTypes: ['rsa', 'rsa-pss'], pss: true });
const pkcs1 = (hash: string): Shape => ({ hash, keyTypes: ['rsa'] });
const ecdsa = (hash: string, curve: string): Shape => ({ hash, keyTypes: ['ec'], curve });

const SHAPES: Readonly<Record<PinnedAlgorithm, Shape>> = {
  ed25519: { hash: null, keyTypes: ['ed25519'] },
  'ecdsa-p256-sha256': ecdsa('sha256', 'prime256v1'),
  'ecdsa-p384-sha384': ecdsa('sha384', 'secp384r1'),
  'ecdsa-p521-sha512': ecdsa('sha512', 'secp521r1'),
  'rsa-pss-sha256': pss('sha256'),
  'rsa-pss-sha384': pss('sha384'),
  'rsa-pss-sha512': pss('sha512'),
  'rsa-pkcs1-sha1': pkcs1('sha1'),
  'rsa-pkcs1-sha256': pkcs1('sha256'),
  'rsa-pkcs1-sha384': pkcs1('sha384'),
  'rsa-pkcs1-sha512': pkcs1('sha512'),
};

/** RFC 7518, section 3.3: RSA keys have at least 2,048 bits. */
const RSA_BITS = 2048;

/** True when a key is of the kind that the algorithm takes, on its curve, and long enough. */
export function fitsAlgorithm(algorithm: PinnedAlgorithm, key: KeyObject): boolean {
  const { keyTypes, curve } = SHAPES[algorithm];
  if (!keyTypes.includes(key.asymmetricKeyType ?? '')) return false;
  if (curve !== undefined) return key.asymmetricKeyDetails?.namedCurve === curve;
  return key.asymmetricKeyType === 'ed25519' || (key.asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS;
}

/** False for a signature of the wrong length, a key of the wrong kind, and everything else that node:crypto throws on. */
export function verifyPinned(algorithm: PinnedAlgorithm, key: KeyObject, bytes: Buffer, signature: Buffer): boolean {
  if (!fitsAlgorithm(algorithm, key)) return false;
  try {
    return verify(SHAPES[algorithm].hash, bytes, keyInput(algorithm, key), signature);
  } catch {
    return false;
  }
}

/** @throws Error when the PEM is no private key, or one of another kind */
export function signPinned(algorithm: PinnedAlgorithm, privateKeyPem: string, bytes: Buffer): Buffer {
  const key = createPrivateKey(privateKeyPem);
  if (!fitsAlgorithm(algorithm, key)) throw new Error(`The private key does not fit ${algorithm}.`);
  return sign(SHAPES[algorithm].hash, bytes, keyInput(algorithm, key));
}

function keyInput(algorithm: PinnedAlgorithm, key: KeyObject): SignKeyObjectInput {
  const { curve, pss: isPss } = SHAPES[algorithm];
  if (curve !== undefined) return { key, dsaEncoding: 'ieee-p1363' };
  if (!isPss) return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
