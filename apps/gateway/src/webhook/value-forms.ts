/** Shorter values would mask what only looks like them. */
const SHORTEST = 8;

/**
 * The texts as which a secret value may stand in a header or in a URL: as it is, as header bytes, base64 (any
 * alphabet), percent-encoded.
 */
export function valueForms(value: string): string[] {
  if (value.length < SHORTEST) return [];
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  // Node reads the bytes of a header as Latin-1: there a text beyond ASCII is another one.
  const asHeader = bytes.toString('latin1');
  return [...new Set([value, asHeader, base64, bytes.toString('base64url'), encodeURIComponent(bytes.toString())])];
}

/** True when one of the forms stands in the text, also when the text is percent-encoded in another way. */
export function holdsForm(text: string, forms: readonly string[]): boolean {
  if (forms.some((form) => text.includes(form))) return true;
  if (!/[%+]/.test(text)) return false;
  const decoded = decodeLoosely(text);
  return forms.some((form) => decoded.includes(form));
}

/** As `URLSearchParams` reads a value: what cannot be decoded stays. */
function decodeLoosely(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? text;
}
