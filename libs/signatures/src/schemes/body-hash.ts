import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';
import type {
  DigestAlgorithm,
  SignatureFault,
  SignatureHeaders,
  SignedBytesScheme,
  SignedMessage,
  UnsignedRequest,
} from '../contract.js';
import { findValue } from '../find-value.js';
import { placeValue } from '../place-value.js';
import { hasPiece, type TemplatePiece } from './signed-bytes-template.js';

const FORM = /^application\/x-www-form-urlencoded *(?:;|$)/i;

/**
 * Whether a signed hash stands for the body, which must then have it. Without one, a template over form fields takes
 * only forms: of any other body it would sign nothing.
 */
export function isBodyHashed(
  { bodyHash }: SignedBytesScheme,
  pieces: readonly TemplatePiece[],
  message: Pick<SignedMessage, 'url' | 'headers' | 'rawBody'>,
): boolean | SignatureFault {
  if (!readsForm(pieces)) return false;
  const hash = bodyHash ? findValue(bodyHash.from, message) : null;
  if (bodyHash && hash !== null) return isHashOf(hash, bodyHash.algorithm, message.rawBody) ? true : 'mismatch';
  return message.rawBody.length === 0 || isForm(message.headers) ? false : 'malformed_body';
}

function isHashOf(hex: string, algorithm: DigestAlgorithm, body: Buffer): boolean {
  const sent = decodeStrictly(hex, 'hex');
  const actual = createHash(algorithm).update(body).digest();
  return sent?.length === actual.length && timingSafeEqual(sent, actual);
}

function isForm(headers: SignatureHeaders): boolean {
  return FORM.test(headers['content-type'] ?? '');
}

/** The request with the hash of its body, where the scheme wants one of bodies that are no forms. */
export function withBodyHash(
  { bodyHash }: SignedBytesScheme,
  pieces: readonly TemplatePiece[],
  request: UnsignedRequest,
): UnsignedRequest {
  if (!bodyHash || !readsForm(pieces) || isForm(request.headers) || request.body.length === 0) return request;
  return placeValue(request, bodyHash.from, createHash(bodyHash.algorithm).update(request.body).digest('hex'));
}

function readsForm(pieces: readonly TemplatePiece[]): boolean {
  return hasPiece(pieces, 'form:sorted') || hasPiece(pieces, 'params:sorted');
}
