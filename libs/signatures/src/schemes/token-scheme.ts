import type { SchemeHandler, SignatureEntry, SignedMessage, TokenScheme, ValueSource } from '../contract.js';
import { findValue } from '../find-value.js';
import { placeValue } from '../place-value.js';
import { spendComparison } from './spend-comparison.js';
import { verifyToken } from './token.js';

/** Tokens sent as they are: decided before the body is read. */
export const tokenHandler: SchemeHandler<TokenScheme> = {
  headersOnly: true,
  verify(scheme, entry, message) {
    if (scheme.isOptional && entry.secrets.length === 0) return { ok: true, secretIndex: null };
    const places = placesOf(scheme, entry);
    const hasSecret = entry.secrets.some((secret) => typeof secret === 'string' && secret.trim() !== '');
    const presented = hasSecret ? presentedToken(scheme, places, message) : null;
    if (!hasSecret || places.length === 0 || presented === null) {
      spendComparison(Buffer.alloc(0));
      return { ok: false, reason: hasSecret && places.length > 0 ? 'missing_signature' : 'misconfigured' };
    }
    // All are compared: the time taken tells nothing about which one matched.
    const matches = entry.secrets.map((secret) => typeof secret === 'string' && verifyToken(secret, presented));
    const secretIndex = matches.indexOf(true);
    return secretIndex < 0 ? { ok: false, reason: 'mismatch' } : { ok: true, secretIndex };
  },
  sign(scheme, entry, request) {
    const [place] = placesOf(scheme, entry);
    const secret = entry.secrets.find((text) => text.trim() !== '');
    if (secret === undefined && scheme.isOptional) return request;
    if (!place || secret === undefined) throw new Error(`An entry of "${entry.provider}" has no token to send.`);
    return placeValue(request, place, 'header' in place && scheme.word ? `${scheme.word} ${secret}` : secret);
  },
};

/** Where the token may stand; nowhere when the options name no place, or two. */
function placesOf({ from }: TokenScheme, { options = {} }: SignatureEntry): readonly ValueSource[] {
  if (from) return 'first' in from ? from.first : [from];
  const { header, query } = options;
  if (typeof header === 'string' && query === undefined) return [{ header: header.toLowerCase() }];
  return typeof query === 'string' && header === undefined ? [{ query }] : [];
}

function presentedToken({ word }: TokenScheme, places: readonly ValueSource[], message: SignedMessage): string | null {
  for (const place of places) {
    const text = findValue(place, message);
    if (text === null) continue;
    if (!word || !('header' in place)) return text;
    const start = text.slice(0, word.length + 1);
    if (start.toLowerCase() === `${word.toLowerCase()} `) return text.slice(start.length);
  }
  return null;
}
