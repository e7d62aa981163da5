/**
 * A string that Postgres `text` can hold: NUL and lone surrogates become U+FFFD. For values that are shown and
 * searched; what must survive to the letter is stored as `bytea` or `json`.
 */
export function storableText(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** The same where there may be none. */
export function storableOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : storableText(text);
}
