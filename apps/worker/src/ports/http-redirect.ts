import { BlockedTarget } from '#shared';
import type { Exchange } from './http-exchange.js';

/** Credentials of one origin, never shown to another (Fetch standard, HTTP-redirect fetch, step 13; curl does the same). */
const ORIGIN_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'host']);
/** Names that APIs give to keys of their own, such as `x-api-key`, `private-token` or `x-amz-security-token`. */
const CREDENTIAL_NAME =
  /(?:^|-)(?:api-?key|access-?key|auth|authorization|token|secret|password|credentials?|session)(?:-|$)/;
const BODY_HEADERS = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-location',
]);

/**
 * The request to make for a redirect answer. 303 turns all but GET and HEAD into GET, 301 and 302 only POST; 307 and 308
 * repeat method and body (RFC 9110 section 15.4, and what browsers do). Throws TypeError when `location` is no URL, and
 * BlockedTarget when it leaves TLS: what the author sent to an https URL must not go over the wire in clear.
 */
export function followRedirect(request: Exchange, status: number, location: string): Exchange {
  const url = new URL(location, request.url);
  if (request.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new BlockedTarget('a redirect from https to http is not followed');
  }
  const { method } = request;
  const becomesGet =
    (status === 303 && method !== 'GET' && method !== 'HEAD') ||
    ((status === 301 || status === 302) && method === 'POST');
  const crossOrigin = url.origin !== request.url.origin;
  const headers = Object.entries(request.headers).filter(([name]) => {
    const key = name.toLowerCase();
    return !(crossOrigin && isCredential(key)) && !(becomesGet && BODY_HEADERS.has(key));
  });
  return {
    url,
    method: becomesGet ? 'GET' : method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? null : request.body,
  };
}

function isCredential(name: string): boolean {
  return ORIGIN_HEADERS.has(name) || CREDENTIAL_NAME.test(name);
}
