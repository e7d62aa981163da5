import { signMessage, type SigningEntry } from '#signatures';
import type { SendOptions } from './start-test-gateway.js';

/** What to send so that the entry's own preset accepts it: method POST, JSON, signed now. */
export function signed(
  entry: SigningEntry,
  body: Buffer | string,
  { headers = {}, url = 'https://hooks.example/', now = new Date() }: SigningParts = {},
): Required<SendOptions> {
  const unsigned = { method: 'POST', url, headers: { 'content-type': 'application/json', ...headers } };
  const { method, headers: sent, body: bytes } = signMessage(entry, { ...unsigned, body: Buffer.from(body) }, now);
  return { method, headers: sent, body: bytes };
}

export interface SigningParts {
  /** Lower-case names. */
  headers?: Record<string, string>;
  url?: string;
  now?: Date;
}
