import type { HandshakeMatch } from '#signatures';
import type { WebhookRequest } from './webhook-request.js';

/**
 * True when method, headers and query are those of a handshake that brings its own method: all that gate 5 knows. What
 * the body says is asked later.
 */
export function mayBeHandshake({ method, headers, query }: WebhookRequest, match: HandshakeMatch): boolean {
  if (match.method !== method) return false;
  if (match.query !== undefined && !new URLSearchParams(query).has(match.query)) return false;
  if (match.header === undefined) return true;
  const value = headers.values[match.header.name];
  return value !== undefined && (match.header.equals === undefined || value === match.header.equals);
}
