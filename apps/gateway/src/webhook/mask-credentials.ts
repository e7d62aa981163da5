import { joinHeaders, type HeaderList } from '#shared';
import type { ResolvedAuth } from './auth-checks.js';
import { holdsForm } from './value-forms.js';
import type { WebhookRequest } from './webhook-request.js';

const MASK = '***';
/** Headers that carry no credential whoever sends them. */
const PLAIN: ReadonlySet<string> = new Set(
  (
    'accept accept-encoding accept-language cache-control connection content-encoding content-length content-type date ' +
    'expect forwarded host origin transfer-encoding user-agent via x-forwarded-for x-forwarded-host x-forwarded-proto'
  ).split(' '),
);

/** What of a request may be stored. */
export interface MaskedRequest {
  url: string;
  rawHeaders: HeaderList;
  headers: Record<string, string>;
}

/**
 * URL and headers as they may be stored: credentials and configured token fields as `***` by their name, and whatever
 * holds the value of a secret of this workflow's checks wherever it stands. Signature headers stay, they are no
 * credentials.
 * @param auth null when the request did not get as far as a workflow
 */
export function maskCredentials(
  request: WebhookRequest,
  auth: Pick<ResolvedAuth, 'secretForms'> | null,
): MaskedRequest {
  const { workflow } = request.known;
  if (workflow === null) return maskStranger(request);
  const names = workflow.credentialNames;
  const masked = names.headers;
  const forms = auth?.secretForms ?? [];
  const rawHeaders = request.headers.list.map(([name, value]): [string, string] => [
    name,
    masked.has(name.toLowerCase()) || (forms.length > 0 && holdsForm(value, forms)) ? MASK : value,
  ]);
  return {
    url: maskUrl(request, names.parameters, forms),
    rawHeaders,
    headers: joinHeaders(rawHeaders),
  };
}

/** Of a request that reached no workflow nobody has said which of its fields carry a token: any may. */
function maskStranger({ path, query, headers }: WebhookRequest): MaskedRequest {
  const rawHeaders = headers.list.map(([name, value]): [string, string] => [
    name,
    PLAIN.has(name.toLowerCase()) ? value : MASK,
  ]);
  return { url: query === '' ? path : `${path}?${MASK}`, rawHeaders, headers: joinHeaders(rawHeaders) };
}

function maskUrl(
  { target, path, query }: WebhookRequest,
  names: ReadonlySet<string>,
  forms: readonly string[],
): string {
  if (forms.length === 0 && (names.size === 0 || query === '')) return target;
  const shown = forms.length > 0 && holdsForm(path, forms) ? maskPath(path, forms) : path;
  if (query === '') return shown + target.slice(path.length);
  const parts = query.split('&').map((part) => {
    const end = part.indexOf('=');
    const name = end < 0 ? part : part.slice(0, end);
    if (end >= 0 && names.has(decodeName(name))) return `${name}=${MASK}`;
    if (forms.length === 0 || !holdsForm(part, forms)) return part;
    return end < 0 || holdsForm(name, forms) ? MASK : `${name}=${MASK}`;
  });
  return `${shown}?${parts.join('&')}`;
}

function maskPath(path: string, forms: readonly string[]): string {
  const parts = path.split('/').map((part) => (holdsForm(part, forms) ? MASK : part));
  const masked = parts.join('/');
  // A secret that spans slashes: nothing of the path can be told apart any more.
  return holdsForm(masked, forms) ? `/${MASK}` : masked;
}

/** As URLSearchParams reads names, which is how tokens are found. */
function decodeName(name: string): string {
  return new URLSearchParams(`${name}=`).keys().next().value ?? name;
}
