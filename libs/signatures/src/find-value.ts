import type { SignatureHeaders, ValueSource } from './contract.js';

/** Where values are looked up. */
export interface ValueMessage {
  url: string;
  headers: SignatureHeaders;
  /** The body whose members count: decoded and decrypted where it was encoded or encrypted. */
  rawBody: Buffer;
}

/** The text found at a source; null when it is not there, empty, or there more than once. Never throws. */
export function findValue(source: ValueSource, message: ValueMessage): string | null {
  if ('header' in source) return message.headers[source.header] || null;
  return null;
}
