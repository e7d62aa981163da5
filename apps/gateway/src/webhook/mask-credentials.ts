import { joinHeaders, type HeaderList } from '#shared';
import type { WebhookRequest } from './webhook-request.js';

const MASK = '***';
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

/** What of a request may be stored. */
export interface MaskedRequest {
  url: string;
  rawHeaders: HeaderList;
  headers: Record<string, string>;
}

/**
 * URL and headers as they may be stored: credentials and configured token fields as `***`. Signature headers stay, they
 * are no credentials.
 */
export function maskCredentials(request: WebhookRequest): MaskedRequest {
  const { workflow } = request.known;
  const masked = new Set([...CREDENTIALS, ...(workflow?.tokenHeaders ?? [])]);
  const rawHeaders = request.headers.list.map(([name, value]): [string, string] => [
    name,
    masked.has(name.toLowerCase()) ? MASK : value,
  ]);
  return {
    url: maskParameters(request, workflow?.tokenParameters ?? []),
    rawHeaders,
    headers: joinHeaders(rawHeaders),
  };
}

function maskParameters(request: WebhookRequest, names: readonly string[]): string {
  if (names.length === 0 || request.query === '') return request.target;
  const parts = request.query.split('&').map((part) => {
    const end = part.indexOf('=');
    const name = end < 0 ? part : part.slice(0, end);
    return end >= 0 && names.includes(decodeName(name)) ? `${name}=${MASK}` : part;
  });
  return `${request.path}?${parts.join('&')}`;
}

/** As URLSearchParams reads names, which is how tokens are found. */
function decodeName(name: string): string {
  return new URLSearchParams(`${name}=`).keys().next().value ?? name;
}
