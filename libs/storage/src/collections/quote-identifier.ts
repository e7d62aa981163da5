/** Names of collections and fields; Postgres keeps 63 bytes of an identifier. */
export const NAME = /^[a-z][a-zA-Z0-9_]{0,62}$/;

/** A quoted SQL identifier. Throws on what is no name: a defect, for names are checked against a definition before. */
export function quoteIdentifier(name: string): string {
  if (!NAME.test(name)) throw new Error('This is not an identifier.');
  return `"${name}"`;
}
