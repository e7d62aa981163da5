import type { KeyUrlRule } from './contract.js';

/**
 * True when the rule lets this URL be fetched: https, no port but 443, no user info, the host and the path's end as the
 * rule says. Asked of the URL as parsed, which is the one that is then connected to.
 */
export function isAllowedUrl(text: string, { host, pathSuffix }: KeyUrlRule): boolean {
  const url = URL.parse(text);
  if (!url || url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') return false;
  const isHost = host === null || new RegExp(`^(?:${host})$`).test(url.hostname);
  return isHost && url.pathname.endsWith(pathSuffix);
}
