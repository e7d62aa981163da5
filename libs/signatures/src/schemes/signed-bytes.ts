import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';
import type {
  SchemeHandler,
  SignatureEntry,
  SignatureFault,
  SignatureVerdict,
  SignedBytesScheme,
  SignedMessage,
  ValueSource,
} from '../contract.js';
import { findValue } from '../find-value.js';
import { pathOf, queryOf, urlSpellings } from '../sender-url.js';
import { openSealedPart } from './sealed-part.js';
import { signSignedBytes } from './sign-signed-bytes.js';
import { hasSignatureLength, signatureTest } from './signature-algorithm.js';
import { readSignatures, type PresentedSignature } from './signature-grammar.js';
import { hasPiece, parseTemplate, renderTemplate, type TemplatePiece } from './signed-bytes-template.js';
import { signingKeys, type SigningKey } from './signing-keys.js';
import { spendComparison, type SpendComparison } from './spend-comparison.js';
import { timestampFault } from './timestamp-rule.js';

/** What a message presents, ready to be compared. */
interface Presented {
  pieces: readonly TemplatePiece[];
  keys: readonly SigningKey[];
  signatures: readonly PresentedSignature[];
  /** Null when the scheme has no time, or one that is read after the match because it stands in the body. */
  timestamp: string | null;
  nonce: string | null;
  id: string | null;
  isHashed: boolean;
}

/**
 * Signatures over bytes made by a template.
 * @param spend what is done where there is nothing to compare; tests look whether it is
 */
export function createSignedBytesHandler(spend: SpendComparison): SchemeHandler<SignedBytesScheme> {
  return {
    headersOnly: false,
    verify(scheme, entry, message) {
      const presented = readPresented(scheme, entry, message);
      if (typeof presented === 'string') {
        spend(message.rawBody);
        return { ok: false, reason: presented };
      }
      const secretIndex = firstMatch(scheme, presented, message);
      const fault = typeof secretIndex === 'string' ? secretIndex : timeFault(scheme, presented, message, secretIndex);
      if (fault !== null) return { ok: false, reason: fault };
      return verdictOf(scheme, entry, message, presented, secretIndex as number);
    },
    sign: signSignedBytes,
  };
}

export const signedBytesHandler = createSignedBytesHandler(spendComparison);

function readPresented(
  scheme: SignedBytesScheme,
  entry: SignatureEntry,
  message: SignedMessage,
): Presented | SignatureFault {
  const pieces = usableTemplate(scheme);
  const keys = signingKeys(scheme, entry);
  if (!pieces || keys.length === 0) return 'misconfigured';
  const text = findValue(scheme.signature, message);
  if (text === null) return 'missing_signature';
  const read = readSignatures(scheme, text);
  if (typeof read === 'string') return read;
  const signatures = read.signatures.filter(({ label, bytes }) =>
    keys.some(({ kind }) => kind.label === label && hasSignatureLength(kind, bytes)),
  );
  if (signatures.length === 0) return 'malformed_signature';
  const chosen = chooseKeys(scheme, keys, message);
  if (chosen.length === 0) return 'unknown_key';
  const timestamp = timeOf(scheme, read.timestamps, message);
  if (timestamp === 'missing_timestamp' || timestamp === 'malformed_timestamp') return timestamp;
  const nonce = scheme.nonce && findValue(scheme.nonce, message);
  const id = scheme.id && findValue(scheme.id, message);
  if ((scheme.nonce && nonce === null) || (scheme.id && id === null)) return 'missing_signature';
  const isHashed = hashState(scheme, pieces, message);
  if (typeof isHashed === 'string') return isHashed;
  return { pieces, keys: chosen, signatures, timestamp, nonce, id, isHashed };
}

/**
 * The template, unless the scheme contradicts itself: a time, nonce or id beside the body that is not signed proves
 * nothing, one that is signed has to be somewhere, and a plain hash without a secret is anybody's.
 */
export function usableTemplate(scheme: SignedBytesScheme): readonly TemplatePiece[] | null {
  const pieces = parseTemplate(scheme.signedBytes);
  if (!pieces) return null;
  const hasTime = scheme.timestamp !== null && !isInBody(scheme.timestamp.from);
  const isWhole =
    hasPiece(pieces, 'timestamp') === hasTime &&
    hasPiece(pieces, 'nonce') === (scheme.nonce !== null) &&
    hasPiece(pieces, 'id') === (scheme.id !== null);
  const isBare = scheme.keys.some(({ algorithm }) => algorithm === 'sha1' || algorithm === 'sha256');
  return isWhole && (!isBare || hasPiece(pieces, 'secret')) ? pieces : null;
}

/** A value of the body is signed with it; it is read once the signature is known to be right. */
function isInBody(source: ValueSource | null): boolean {
  return source !== null && ('json' in source || 'xml' in source || 'form' in source);
}

function chooseKeys(scheme: SignedBytesScheme, keys: readonly SigningKey[], message: SignedMessage): SigningKey[] {
  if (scheme.keyId === null) return [...keys];
  const id = findValue(scheme.keyId, message);
  return keys.filter((key) => key.id === id);
}

function timeOf(
  { timestamp: rule }: SignedBytesScheme,
  pairs: readonly string[],
  message: SignedMessage,
): string | null {
  if (rule === null || isInBody(rule.from)) return null;
  if (rule.from) return findValue(rule.from, message) ?? 'missing_timestamp';
  if (pairs.length > 1) return 'malformed_timestamp';
  return pairs[0] || 'missing_timestamp';
}

/**
 * Whether a signed hash stands for the body. A body that is no form is then the only one allowed: `{form:sorted}` would
 * sign nothing of it.
 */
function hashState(
  { bodyHash }: SignedBytesScheme,
  pieces: readonly TemplatePiece[],
  message: SignedMessage,
): boolean | SignatureFault {
  if (!hasPiece(pieces, 'form:sorted') && !hasPiece(pieces, 'params:sorted')) return false;
  const { rawBody, headers } = message;
  const hash = bodyHash ? findValue(bodyHash.from, message) : null;
  if (bodyHash && hash !== null) {
    const sent = decodeStrictly(hash, 'hex');
    const actual = createHash(bodyHash.algorithm).update(rawBody).digest();
    return sent?.length === actual.length && timingSafeEqual(sent, actual) ? true : 'mismatch';
  }
  const isForm = /^application\/x-www-form-urlencoded *(?:;|$)/i.test(headers['content-type'] ?? '');
  return isForm || rawBody.length === 0 ? false : 'malformed_body';
}

/** Position of the first secret that fits. All are tried: the time taken tells nothing about which one matched. */
function firstMatch(
  scheme: SignedBytesScheme,
  presented: Presented,
  message: SignedMessage,
): number | null | SignatureFault {
  const matches: number[] = [];
  for (const url of urlSpellings(message.url, scheme.url)) {
    for (const { index, kind, key, text } of presented.keys) {
      const parts = signedParts(scheme, presented, { ...message, url }, text);
      if (parts === null) return 'malformed_body';
      const isRight = signatureTest(kind, key, parts);
      const candidates = presented.signatures.filter(({ label }) => label === kind.label);
      if (candidates.map(({ bytes }) => isRight(bytes)).includes(true)) matches.push(index);
    }
  }
  return matches.length === 0 ? null : Math.min(...matches);
}

function signedParts(
  { unsignedParams = [] }: SignedBytesScheme,
  { pieces, timestamp, nonce, id, isHashed }: Presented,
  { method, url, rawBody }: SignedMessage,
  secret: string,
): Buffer[] | null {
  const text = {
    timestamp: timestamp ?? '',
    nonce: nonce ?? '',
    id: id ?? '',
    method: method.toUpperCase(),
    url,
    path: pathOf(url),
    query: queryOf(url),
    secret,
  };
  return renderTemplate(pieces, { raw: rawBody, text, unsignedParams, isHashed });
}

/** Why it is refused after all; a time outside the body is judged before the match is told. */
function timeFault(
  { timestamp: rule }: SignedBytesScheme,
  { timestamp }: Presented,
  message: SignedMessage,
  match: number | null,
): SignatureFault | null {
  const isLate = rule !== null && isInBody(rule.from);
  if (isLate && match === null) return 'mismatch';
  const text = isLate ? findValue(rule.from!, message) : timestamp;
  const fault = rule === null ? null : timestampFault(rule, text, message.now);
  return fault ?? (match === null ? 'mismatch' : null);
}

function verdictOf(
  { sealed }: SignedBytesScheme,
  entry: SignatureEntry,
  { rawBody }: SignedMessage,
  { id, nonce }: Presented,
  secretIndex: number,
): SignatureVerdict {
  const signedId = id ?? nonce;
  const verdict = { ok: true as const, secretIndex, ...(signedId === null ? {} : { signedId }) };
  const opened = sealed ? openSealedPart(sealed, entry, rawBody) : null;
  if (typeof opened === 'string') return { ok: false, reason: opened };
  return opened ? { ...verdict, decrypted: { body: opened, contentType: 'application/json' } } : verdict;
}
