import { createHash, randomUUID } from 'node:crypto';
import type { KeyKind, SigningEntry, SignedBytesScheme, UnsignedRequest } from '../contract.js';
import { findValue } from '../find-value.js';
import { placeValue } from '../place-value.js';
import { pathOf, queryOf, urlSpellings } from '../sender-url.js';
import { makeDigest, makeSignature } from './signature-algorithm.js';
import { writeSignature } from './signature-grammar.js';
import { hasPiece, parseTemplate, renderTemplate } from './signed-bytes-template.js';
import { isSymmetric, signingKeys } from './signing-keys.js';
import { writeTimestamp } from './timestamp-rule.js';

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
  const timestamp = scheme.timestamp === null ? null : writeTimestamp(scheme.timestamp, now);
  let signed = withHash(scheme, request);
  const from = scheme.timestamp?.from;
  if (from && timestamp !== null) signed = placeValue(signed, from, timestamp);
  for (const source of [scheme.nonce, scheme.id]) {
    if (source && find(source, signed) === null) signed = placeValue(signed, source, randomUUID());
  }
  const keyId = scheme.keyId === null ? null : (entry.keyId ?? entry.secrets[0]?.split(':', 1)[0] ?? '');
  if (scheme.keyId !== null && keyId !== null) signed = placeValue(signed, scheme.keyId, keyId);
  const { kind, bytes } = signatureOf(scheme, entry, signed, timestamp);
  return placeValue(signed, scheme.signature, writeSignature(scheme, { label: kind.label, bytes }, timestamp));
}

function signatureOf(
  scheme: SignedBytesScheme,
  entry: SigningEntry,
  request: UnsignedRequest,
  timestamp: string | null,
): { kind: KeyKind; bytes: Buffer } {
  const pair = scheme.keys.find((kind) => !isSymmetric(kind));
  if (pair && entry.privateKey !== undefined) {
    return { kind: pair, bytes: makeSignature(pair, entry.privateKey, partsOf(scheme, request, timestamp, '')) };
  }
  const key = signingKeys(scheme, entry).find(({ kind }) => isSymmetric(kind));
  if (!key) throw unusable(entry);
  return { kind: key.kind, bytes: makeDigest(key.kind, key.key, partsOf(scheme, request, timestamp, key.text)) };
}

function partsOf(
  scheme: SignedBytesScheme,
  request: UnsignedRequest,
  timestamp: string | null,
  secret: string,
): Buffer[] {
  const pieces = parseTemplate(scheme.signedBytes) ?? [];
  const url = urlSpellings(request.url, scheme.url)[0]!;
  const parts = renderTemplate(pieces, {
    raw: request.body,
    text: {
      timestamp: timestamp ?? '',
      nonce: (scheme.nonce && find(scheme.nonce, request)) ?? '',
      id: (scheme.id && find(scheme.id, request)) ?? '',
      method: request.method.toUpperCase(),
      url,
      path: pathOf(url),
      query: queryOf(url),
      secret,
    },
    unsignedParams: scheme.unsignedParams ?? [],
    isHashed: scheme.bodyHash !== undefined && find(scheme.bodyHash.from, request) !== null,
  });
  if (!parts || parts.length === 0) throw new Error('The template or the body of this request cannot be signed.');
  return parts;
}

/** A body that is no form is signed by its hash where the scheme knows one. */
function withHash({ bodyHash, signedBytes }: SignedBytesScheme, request: UnsignedRequest): UnsignedRequest {
  const pieces = parseTemplate(signedBytes) ?? [];
  const isForm = /^application\/x-www-form-urlencoded/i.test(request.headers['content-type'] ?? '');
  if (!bodyHash || isForm || request.body.length === 0 || !hasPiece(pieces, 'form:sorted')) return request;
  return placeValue(request, bodyHash.from, createHash(bodyHash.algorithm).update(request.body).digest('hex'));
}

function find(source: Parameters<typeof findValue>[0], { url, headers, body }: UnsignedRequest): string | null {
  return findValue(source, { url, headers, rawBody: body });
}

function unusable({ provider }: SigningEntry): Error {
  return new Error(`An entry of "${provider}" cannot sign: it has no key to sign with.`);
}
