import type {
  SchemeHandler,
  SignatureEntry,
  SignatureFault,
  SignatureVerdict,
  SignedBytesScheme,
  SignedMessage,
} from '../contract.js';
import { findValue } from '../find-value.js';
import { urlSpellings } from '../sender-url.js';
import { readPresented, type Presented } from './read-presented.js';
import { openSealedPart } from './sealed-part.js';
import { signSignedBytes } from './sign-signed-bytes.js';
import { signatureTest } from './signature-algorithm.js';
import { signedParts } from './signed-parts.js';
import { spendComparison, type SpendComparison } from './spend-comparison.js';
import { timestampFault } from './timestamp-rule.js';
import { isInBody } from './usable-template.js';

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
      const matches = matchingSecrets(scheme, presented);
      if (matches === null) return { ok: false, reason: 'malformed_body' };
      const fault = faultOf(scheme, presented, message, matches.length > 0);
      return fault === null ? verdictOf(scheme, entry, presented, Math.min(...matches)) : { ok: false, reason: fault };
    },
    sign: signSignedBytes,
  };
}

export const signedBytesHandler = createSignedBytesHandler(spendComparison);

/**
 * Positions of the secrets that fit; null when the body cannot be read. All are tried: the time taken tells nothing about
 * which one matched.
 */
function matchingSecrets(scheme: SignedBytesScheme, presented: Presented): number[] | null {
  const matches: number[] = [];
  for (const url of urlSpellings(presented.url, scheme.url)) {
    for (const { index, kind, key, text } of presented.keys) {
      const parts = signedParts(scheme, { ...presented, url }, text);
      if (parts === null) return null;
      const isRight = signatureTest(kind, key, parts);
      const candidates = presented.signatures.filter(({ label }) => label === kind.label);
      if (candidates.map(({ bytes }) => isRight(bytes)).includes(true)) matches.push(index);
    }
  }
  return matches;
}

/** Why it is refused; a time outside the body is judged before the match is told, one in it only after. */
function faultOf(
  { timestamp: rule }: SignedBytesScheme,
  { timestamp }: Presented,
  message: SignedMessage,
  isMatch: boolean,
): SignatureFault | null {
  const mismatch = isMatch ? null : 'mismatch';
  if (rule === null) return mismatch;
  if (rule.from && isInBody(rule.from))
    return mismatch ?? timestampFault(rule, findValue(rule.from, message), message.now);
  return timestampFault(rule, timestamp, message.now) ?? mismatch;
}

function verdictOf(
  { sealed }: SignedBytesScheme,
  entry: SignatureEntry,
  { id, nonce, body }: Presented,
  secretIndex: number,
): SignatureVerdict {
  const signedId = id ?? nonce;
  const verdict = { ok: true as const, secretIndex, ...(signedId === null ? {} : { signedId }) };
  const opened = sealed ? openSealedPart(sealed, entry, body) : null;
  if (typeof opened === 'string') return { ok: false, reason: opened };
  return opened ? { ...verdict, decrypted: { body: opened, contentType: 'application/json' } } : verdict;
}
