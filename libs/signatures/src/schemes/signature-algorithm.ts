import {
  createHash,
  createHmac,
  createPrivateKey,
  createSign,
  createVerify,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { KeyKind, SignatureAlgorithm } from '../contract.js';

/** Bytes of every signature of an algorithm; null where they differ. */
const LENGTH: Readonly<Record<SignatureAlgorithm, number | null>> = {
  'hmac-sha1': 20,
  'hmac-sha256': 32,
  'hmac-sha512': 64,
  sha1: 20,
  sha256: 32,
  ed25519: 64,
  'ecdsa-p256-sha256': null,
  'rsa-pkcs1-sha1': null,
  'rsa-pkcs1-sha256': null,
};

/** False for bytes that cannot be a signature of that algorithm. */
export function hasSignatureLength({ algorithm }: KeyKind, bytes: Buffer): boolean {
  const length = LENGTH[algorithm];
  return length === null ? bytes.length > 0 && bytes.length <= 1024 : bytes.length === length;
}

/** One test for several presented signatures: what does not depend on them is computed once. */
export function signatureTest(
  { algorithm }: KeyKind,
  key: KeyObject,
  parts: readonly Buffer[],
): (presented: Buffer) => boolean {
  const expected = symmetric(algorithm, key, parts);
  if (expected) return (presented) => presented.length === expected.length && timingSafeEqual(expected, presented);
  return (presented) => verifies(algorithm, key, parts, presented);
}

/**
 * Signs with a symmetric key.
 * @throws Error when the algorithm takes a key pair
 */
export function makeDigest({ algorithm }: KeyKind, key: KeyObject, parts: readonly Buffer[]): Buffer {
  const bytes = symmetric(algorithm, key, parts);
  if (!bytes) throw new Error(`${algorithm} signs with a private key.`);
  return bytes;
}

/**
 * Signs with a private key.
 * @param privateKey PEM, PKCS#8
 * @throws Error when it is none
 */
export function makeSignature({ algorithm }: KeyKind, privateKey: string, parts: readonly Buffer[]): Buffer {
  const key = createPrivateKey(privateKey);
  if (algorithm === 'ed25519') return sign(null, Buffer.concat(parts), key);
  const signer = createSign(hashOf(algorithm));
  for (const part of parts) signer.update(part);
  return signer.sign(key);
}

function symmetric(algorithm: SignatureAlgorithm, key: KeyObject, parts: readonly Buffer[]): Buffer | null {
  const isHash = algorithm === 'sha1' || algorithm === 'sha256';
  if (!isHash && !algorithm.startsWith('hmac-')) return null;
  const hash = isHash ? createHash(algorithm) : createHmac(algorithm.slice('hmac-'.length), key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function verifies(algorithm: SignatureAlgorithm, key: KeyObject, parts: readonly Buffer[], presented: Buffer): boolean {
  try {
    if (algorithm === 'ed25519') return verify(null, Buffer.concat(parts), key, presented);
    const verifier = createVerify(hashOf(algorithm));
    for (const part of parts) verifier.update(part);
    return verifier.verify(key, presented);
  } catch {
    return false;
  }
}

function hashOf(algorithm: SignatureAlgorithm): string {
  return algorithm === 'rsa-pkcs1-sha1' ? 'sha1' : 'sha256';
}
