/** The cursor of a list was not one that a list gave out. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';

  constructor() {
    super('The cursor is not one that this list gave out.');
  }
}

/** Opaque text for the last item's id. */
export function encodeCursor(id: string): string {
  return Buffer.from(id, 'utf8').toString('base64url');
}

/** The id of a cursor; null for the first page. Throws {@link BadCursor} when it does not look like `shape`. */
export function decodeCursor(cursor: string | null, shape: (id: string) => boolean): string | null {
  if (cursor === null) return null;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!shape(id) || encodeCursor(id) !== cursor) throw new BadCursor();
  return id;
}

/** True for the text of a positive integer that Postgres `int` can hold. */
export function isSmallInteger(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2_147_483_647;
}
