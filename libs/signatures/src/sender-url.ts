import type { SignedBytesScheme } from './contract.js';

const AUTHORITY = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i;

/** The query as sent, without its question mark. */
export function queryOf(url: string): string {
  const [target = ''] = url.split('#', 1);
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

/** The path as sent; `/` when the URL has none. */
export function pathOf(url: string): string {
  return url.replace(AUTHORITY, '').split(/[?#]/, 1)[0] || '/';
}

/** The spellings of a URL that a sender may have signed. */
export function urlSpellings(url: string, rule: SignedBytesScheme['url']): readonly string[] {
  if (rule === 'decoded') return [decodeReserved(url)];
  return rule === 'either-port' ? [...new Set([url, withoutPort(url), withDefaultPort(url)])] : [url];
}

/** HubSpot's list of escapes that it signs decoded; others, `%20` and `%25` above all, stay. */
const RESERVED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

function decodeReserved(url: string): string {
  return url.replace(RESERVED, (escape) => decodeURIComponent(escape));
}

function withoutPort(url: string): string {
  return url.replace(AUTHORITY, (start) => start.replace(/:[0-9]+$/, ''));
}

function withDefaultPort(url: string): string {
  return withoutPort(url).replace(
    AUTHORITY,
    (start, scheme: string) => `${start}:${scheme.toLowerCase() === 'https' ? 443 : 80}`,
  );
}
