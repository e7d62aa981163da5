import { verifySignature, type FetchKey, type SignatureVerdict, type UnsignedRequest } from '#signatures';
import type { OfficialProvider } from './official-provider.js';

/** Our verdict on a request, with the entry and the keys of the adapter. */
export async function verdictOf(
  { preset, secrets, options, keys }: OfficialProvider,
  { method, url, headers, body }: UnsignedRequest,
  now: Date,
): Promise<SignatureVerdict> {
  const fetchKey: FetchKey = async (at) => (Object.hasOwn(keys, at) ? Buffer.from(keys[at]!) : null);
  const message = { method, url, headers, rawBody: body, now };
  return await verifySignature({ provider: preset, secrets, options }, message, fetchKey);
}
