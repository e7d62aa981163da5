import type { Refused, UsualMistake } from './refused.js';

/** The sender calls another URL than the one that is verified: a proxy changes it, or it is configured otherwise. */
export function urlMistakes({ scheme, message }: Refused): UsualMistake[] {
  if (scheme.kind !== 'signed-bytes' || !scheme.signedBytes.includes('{url}')) return [];
  const { url } = message;
  const others: [what: string, url: string][] = [
    ['with http instead of https', url.replace(/^https:/i, 'http:')],
    ['with https instead of http', url.replace(/^http:/i, 'https:')],
    ['without its port', url.replace(/^([a-z]+:\/\/[^/?#]*?):[0-9]+(?=[/?#]|$)/i, '$1')],
    ['with port 443', withPort(url, 443)],
    ['with port 80', withPort(url, 80)],
    ['with a slash at the end of its path', url.replace(/\/?(?=\?|$)/, '/')],
    ['without the slash at the end of its path', url.replace(/\/(?=\?|$)/, '')],
    ['without its query', url.replace(/\?.*$/, '')],
  ];
  return others
    .filter(([, other]) => other !== url)
    .map(([what, other]) => ({
      code: 'other_url',
      message: `The signature fits the URL ${what}: set HOOKMILL_PUBLIC_URL, or the entry's url, to what the sender calls.`,
      undone: { message: { ...message, url: other } },
    }));
}

function withPort(url: string, port: number): string {
  return url.replace(/^([a-z]+:\/\/[^/?#:]+)(?=[/?#]|$)/i, `$1:${port}`);
}
