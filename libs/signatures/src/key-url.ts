import type { KeyUrlRule } from './contract.js';

/**
 * True when keys may be fetched from a URL under a rule: `https`, the usual port, no user info, the host and the end of
 * the path as the rule says. Judged by the parser that the connection is made with; a backslash, a fragment, white
 * space or a control character, which parsers read differently, is refused.
 */
export function isAllowedUrl(url: string, { host, pathSuffix }: KeyUrlRule): boolean {
  if (!/^https:\/\/[!$-[\]-~]+$/.test(url) || !URL.canParse(url)) return false;
  const { protocol, username, password, port, hostname, pathname } = new URL(url);
  if (protocol !== 'https:' || username !== '' || password !== '' || port !== '') return false;
  return (host === null || new RegExp(`^(?:${host})$`).test(hostname)) && pathname.endsWith(pathSuffix);
}
