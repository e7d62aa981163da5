import type { SignedMessage } from '#signatures';
import type { PresetCheck } from './auth-checks.js';
import type { WebhookRequest } from './webhook-request.js';

/**
 * What a preset is shown of a request.
 * @param body bytes as received for signatures; decoded or decrypted for handshakes and ids
 * @param publicUrl base of our URLs: what the sender calls is never taken from Host or X-Forwarded-*
 */
export function signedMessage(
  request: WebhookRequest,
  { url }: Pick<PresetCheck, 'url'>,
  body: Buffer,
  publicUrl: string,
): SignedMessage {
  return {
    method: request.method,
    url: url === null ? publicUrl + request.target : calledUrl(url, request.query),
    headers: request.headers.values,
    rawBody: body,
    now: request.receivedAt,
  };
}

/** The URL of the document; what its sender added to the query (as Twilio does) is added here too. */
function calledUrl(url: string, query: string): string {
  if (query === '') return url;
  const mark = url.indexOf('?');
  if (mark < 0) return `${url}?${query}`;
  return query.startsWith(`${url.slice(mark + 1)}&`) ? `${url.slice(0, mark)}?${query}` : url;
}
