import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';
import type { KeyKind, SignatureEntry, SignedBytesScheme } from '../contract.js';

/** A configured secret that can be used. */
export interface SigningKey {
  /** Its position in the entry's `secrets`. */
  index: number;
  kind: KeyKind;
  key: KeyObject;
  /** The id before it, where the scheme chooses keys by id. */
  id: string | null;
  /** Its text without prefix, for `{secret}`. */
  text: string;
}

/** Reading a PEM takes longer than verifying with it; so many keys stay read. */
const MAX_CACHED = 1000;

const imported = new Map<string, KeyObject | null>();

/** The usable ones of the entry's secrets; blank and malformed ones are none. */
export function signingKeys(scheme: SignedBytesScheme, entry: SignatureEntry): SigningKey[] {
  return entry.secrets.flatMap((secret, index) => {
    if (typeof secret !== 'string' || secret.trim() === '') return [];
    const { id, text } = scheme.keyId === null ? { id: null, text: secret } : splitId(secret);
    const kind = text.trim() === '' ? undefined : kindOf(scheme.keys, text);
    const key = kind ? importKey(kind, text.slice(kind.prefix.length)) : null;
    return kind && key ? [{ index, kind, key, id, text: text.slice(kind.prefix.length) }] : [];
  });
}

/** `<id>:<key>`; a key without id is found by none. */
function splitId(secret: string): { id: string | null; text: string } {
  const at = secret.indexOf(':');
  return at > 0 ? { id: secret.slice(0, at), text: secret.slice(at + 1) } : { id: null, text: '' };
}

/** The kind whose prefix the secret has; a secret with the prefix of one kind is never a key of another. */
function kindOf(kinds: readonly KeyKind[], secret: string): KeyKind | undefined {
  return (
    kinds.find((kind) => kind.prefix !== '' && secret.startsWith(kind.prefix)) ??
    kinds.find((kind) => kind.prefix === '')
  );
}

function importKey(kind: KeyKind, text: string): KeyObject | null {
  const name = `${kind.algorithm} ${kind.encoding} ${kind.bytes?.min ?? ''}-${kind.bytes?.max ?? ''} ${text}`;
  const known = imported.get(name);
  // Taken out and put back, a key that is used moves to the end; the first is the one not used for longest.
  if (known !== undefined) imported.delete(name);
  else if (imported.size >= MAX_CACHED) imported.delete(imported.keys().next().value!);
  const key = known === undefined ? readKey(kind, text) : known;
  imported.set(name, key);
  return key;
}

function readKey(kind: KeyKind, text: string): KeyObject | null {
  try {
    return isSymmetric(kind) ? readSecret(kind, text) : readPublic(kind, text);
  } catch {
    return null;
  }
}

/** True when one key both signs and verifies. */
export function isSymmetric({ algorithm }: KeyKind): boolean {
  return algorithm.startsWith('hmac-') || algorithm === 'sha1' || algorithm === 'sha256';
}

function readSecret({ encoding, bytes: allowed }: KeyKind, text: string): KeyObject | null {
  const bytes =
    encoding === 'hex' || encoding === 'base64' ? decodeStrictly(text, encoding) : Buffer.from(text, 'utf8');
  if (!bytes || bytes.length === 0) return null;
  if (allowed && (bytes.length < allowed.min || bytes.length > allowed.max)) return null;
  return createSecretKey(bytes);
}

/** SPKI of an Ed25519 key up to its 32 bytes. Source: RFC 8410 section 4 */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function readPublic(kind: KeyKind, text: string): KeyObject | null {
  const key = kind.encoding === 'pem' ? readPem(text) : readEd25519(text, kind.encoding);
  return key && isFit(kind, key) ? key : null;
}

function readPem(text: string): KeyObject {
  if (text.includes('-----BEGIN')) return createPublicKey(text.trim());
  const der = decodeStrictly(text.replace(/\s/g, ''), 'base64') ?? Buffer.alloc(0);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

function readEd25519(text: string, encoding: KeyKind['encoding']): KeyObject | null {
  const bytes = decodeStrictly(text, encoding === 'ed25519-hex' ? 'hex' : 'base64');
  if (bytes?.length !== 32) return null;
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, bytes]), format: 'der', type: 'spki' });
}

/** The key is of the preset's algorithm, whatever its text says it is; RSA from 2,048 bits. */
function isFit({ algorithm }: KeyKind, { asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (algorithm === 'ed25519') return asymmetricKeyType === 'ed25519';
  if (algorithm === 'ecdsa-p256-sha256') {
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
  }
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
}
