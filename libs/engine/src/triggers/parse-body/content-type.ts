/** A parsed `content-type`: lower-case essence and charset. */
export interface ContentType {
  /** `type/subtype`; empty when there is none. */
  essence: string;
  charset: string;
}

/** Reads a `content-type` header (RFC 9110 section 8.3); the charset is utf-8 unless stated. */
export function parseContentType(header: string | undefined): ContentType {
  const [essence = '', ...parameters] = (header ?? '').split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
    .find(Boolean);
  return { essence: essence.trim().toLowerCase(), charset: (charset ?? 'utf-8').toLowerCase() };
}

/** Text of bytes in a charset, malformed sequences replaced, a byte order mark removed; null for an unknown charset. */
export function decodeText(bytes: Buffer, charset: string): string | null {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return null;
  }
}
