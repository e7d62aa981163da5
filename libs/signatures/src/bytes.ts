import type { SignatureEncoding } from './contract.js';

const GRAMMAR: Record<SignatureEncoding, RegExp> = {
  hex: /^(?:[0-9a-f]{2})+$/i,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  base64url: /^[A-Za-z0-9_-]+={0,2}$/,
};

/**
 * Decodes text that must be exactly one encoding of its bytes. Null for anything else: `Buffer.from` truncates odd
 * hex, skips junk in base64 and takes base64url for base64, so its own tolerance proves nothing.
 * Padding of base64url may be left out, as RFC 4648 section 5 allows.
 */
export function decodeStrictly(text: string, encoding: SignatureEncoding): Buffer | null {
  if (!GRAMMAR[encoding].test(text)) return null;
  const bytes = Buffer.from(text, encoding);
  if (encoding === 'hex') return bytes;
  const canonical = bytes.toString(encoding);
  const matches = encoding === 'base64' ? text === canonical : text === canonical || text === padded(canonical);
  return matches ? bytes : null;
}

function padded(base64url: string): string {
  return base64url + '='.repeat((4 - (base64url.length % 4)) % 4);
}
