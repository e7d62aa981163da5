import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';
import type { SignatureFault, SignedBytesScheme, SignedMessage, UnsignedRequest } from '../contract.js';
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
  const { rawBody, headers } = message;
  const hash = bodyHash ? findValue(bodyHash.from, message) : null;
  if (bodyHash && hash !== null) {
    const sent = decodeStrictly(hash, 'hex');
    const actual = createHash(bodyHash.algorithm).update(rawBody).digest();
    return sent?.length === actual.length && timingSafeEqual(sent, actual) ? true : 'mismatch';
  }
  return rawBody.length === 0 || FORM.test(headers['content-type'] ?? '') ? false : 'malformed_body';
}

/** The request with the hash of its body, where the scheme wants one of bodies that are no forms. */
export function withBodyHash(
  { bodyHash }: SignedBytesScheme,
  pieces: readonly TemplatePiece[],
  request: UnsignedRequest,
): UnsignedRequest {
  const isForm = FORM.test(request.headers['content-type'] ?? '');
  if (!bodyHash || !readsForm(pieces) || isForm || request.body.length === 0) return request;
  return placeValue(request, bodyHash.from, createHash(bodyHash.algorithm).update(request.body).digest('hex'));
}

function readsForm(pieces: readonly TemplatePiece[]): boolean {
  return hasPiece(pieces, 'form:sorted') || hasPiece(pieces, 'params:sorted');
}
