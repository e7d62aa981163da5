import type { KeyUrlRule } from '#signatures';

const LONGEST = 2_048;
/** `https://host[:443][/...]` in plain ASCII: nothing that two readers of URLs could take for different hosts. */
const SHAPE = /^https:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::443)?(?:[/?][\x21-\x5b\x5d-\x7e]*)?$/i;

/**
 * The URL of a key if the rule allows it, else null: `https` on its own port, no user info, the host as a whole as the
 * rule has it, the path with its ending. The host is compared as it was written, so that no escape, no full-width
 * letter and no trailing dot can stand for another one.
 */
export function allowedKeyUrl(text: string, rule: KeyUrlRule): URL | null {
  const host = text.length > LONGEST ? undefined : SHAPE.exec(text)?.[1]?.toLowerCase();
  if (host === undefined || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isItself = url.hostname === host && url.port === '';
  return isItself && hostFits(host, rule) && url.pathname.endsWith(rule.pathSuffix) ? url : null;
}

function hostFits(host: string, rule: KeyUrlRule): boolean {
  return rule.host === null || new RegExp(`^(?:${rule.host})$`).test(host);
}
