/** The strong entity tag of a content hash. */
export function entityTag(contentHash: string): string {
  return `"${contentHash}"`;
}

/**
 * What `If-Match` asks for: `null` when it is absent, `'*'` for any, else the content hashes. Weak tags never match
 * (RFC 9110 section 13.1.1 asks for the strong comparison).
 */
export function parseIfMatch(header: string | undefined): '*' | string[] | null {
  if (header === undefined) return null;
  if (header.trim() === '*') return '*';
  return header
    .split(',')
    .map((tag) => /^"([^"]*)"$/.exec(tag.trim())?.[1])
    .filter((tag) => tag !== undefined);
}
