import type { SignedBytesScheme, ValueSource } from '../contract.js';
import { hasPiece, parseTemplate, type TemplatePiece } from './signed-bytes-template.js';

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
export function isInBody(source: ValueSource | null): boolean {
  return source !== null && ('json' in source || 'xml' in source || 'form' in source);
}
