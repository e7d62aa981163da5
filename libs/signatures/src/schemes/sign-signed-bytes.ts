import { randomUUID } from 'node:crypto';
import type { KeyKind, SigningEntry, SignedBytesScheme, UnsignedRequest, ValueSource } from '../contract.js';
import { findValue } from '../find-value.js';
import { placeValue } from '../place-value.js';
import { urlSpellings } from '../sender-url.js';
import { withBodyHash } from './body-hash.js';
import { makeDigest, makeSignature } from './signature-algorithm.js';
import { writeSignature } from './signature-grammar.js';
import { signedParts } from './signed-parts.js';
import { isSymmetric, signingKeys } from './signing-keys.js';
import { writeTimestamp } from './timestamp-rule.js';
import { usableTemplate } from './usable-template.js';

/** Signs the parts made with the text of a secret. */
type MakeParts = (secret: string) => Buffer[];

/**
 * Signs as the preset's sender does: with the entry's first usable secret, or with its private key where secrets are
 * public ones. An id or nonce that the request already carries stays.
 * @throws Error when the entry cannot sign
 */
export function signSignedBytes(
  scheme: SignedBytesScheme,
  entry: SigningEntry,
  request: UnsignedRequest,
  now: Date,
): UnsignedRequest {
  const pieces = usableTemplate(scheme);
  if (!pieces) throw unusable(entry);
  const timestamp = scheme.timestamp === null ? null : writeTimestamp(scheme.timestamp, now);
  const stamped = withStamps(scheme, entry, request, timestamp);
  const complete = withBodyHash(scheme, pieces, stamped);
  const { kind, bytes } = signatureOf(scheme, entry, (secret) => {
    const isHashed = scheme.bodyHash !== undefined && find(scheme.bodyHash.from, complete) !== null;
    const { method, body } = complete;
    const url = urlSpellings(complete.url, scheme.url)[0]!;
    const [nonce, id] = [find(scheme.nonce, complete), find(scheme.id, complete)];
    const parts = signedParts(scheme, { pieces, method, url, body, timestamp, nonce, id, isHashed }, secret);
    if (!parts) throw new Error('A form with a field that is there twice cannot be signed.');
    return parts;
  });
  return placeValue(complete, scheme.signature, writeSignature(scheme, { label: kind.label, bytes }, timestamp));
}

function withStamps(
  scheme: SignedBytesScheme,
  entry: SigningEntry,
  request: UnsignedRequest,
  timestamp: string | null,
): UnsignedRequest {
  let stamped = request;
  const from = scheme.timestamp?.from;
  if (from && timestamp !== null) stamped = placeValue(stamped, from, timestamp);
  for (const source of [scheme.nonce, scheme.id]) {
    if (source && find(source, stamped) === null) stamped = placeValue(stamped, source, randomUUID());
  }
  if (scheme.keyId === null) return stamped;
  return placeValue(stamped, scheme.keyId, entry.keyId ?? idOf(entry.secrets[0] ?? ''));
}

/** Secrets of a scheme that chooses keys are written `<id>:<key>`. */
function idOf(secret: string): string {
  return secret.slice(0, Math.max(0, secret.indexOf(':')));
}

function signatureOf(
  scheme: SignedBytesScheme,
  entry: SigningEntry,
  makeParts: MakeParts,
): { kind: KeyKind; bytes: Buffer } {
  const pair = scheme.keys.find((kind) => !isSymmetric(kind));
  if (pair && entry.privateKey !== undefined) {
    return { kind: pair, bytes: makeSignature(pair, entry.privateKey, makeParts('')) };
  }
  const key = signingKeys(scheme, entry).find(({ kind }) => isSymmetric(kind));
  if (!key) throw unusable(entry);
  return { kind: key.kind, bytes: makeDigest(key.kind, key.key, makeParts(key.text)) };
}

function find(source: ValueSource | null, { url, headers, body }: UnsignedRequest): string | null {
  return source && findValue(source, { url, headers, rawBody: body });
}

function unusable({ provider }: SigningEntry): Error {
  return new Error(`An entry of "${provider}" cannot sign: its scheme contradicts itself or has no key.`);
}
