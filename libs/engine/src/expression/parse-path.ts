/** One step of a path: a property name or, written `[0]` or `.0`, an array index as text. */
export type Path = readonly string[];

const BARE_STOP: ReadonlySet<string> = new Set('.[]{}()\'"`:|,;=<>!&+*/%^?\\');

interface Cursor {
  text: string;
  at: number;
}

/**
 * Reads a path such as `$context.data.items[0]['first name'].größe` into its segments. Names may hold any character
 * but blanks and `.[]{}()'"` and operators; everything else goes in brackets and quotes (`\` escapes the next
 * character there). A dot before a bracket may be left out.
 *
 * @returns null when the text is not a path; the reason is left to the caller, who knows where it stands.
 */
export function parsePath(text: string): Path | null {
  const cursor: Cursor = { text: text.trim(), at: 0 };
  const segments: string[] = [];
  while (cursor.at < cursor.text.length) {
    const segment = readSegment(cursor, segments.length === 0);
    if (segment === null) return null;
    segments.push(segment);
  }
  return segments.length === 0 ? null : segments;
}

function readSegment(cursor: Cursor, first: boolean): string | null {
  if (cursor.text[cursor.at] === '[') return readBracket(cursor);
  if (!first) {
    if (cursor.text[cursor.at] !== '.') return null;
    cursor.at += 1;
  }
  return readName(cursor);
}

function readName(cursor: Cursor): string | null {
  const start = cursor.at;
  while (cursor.at < cursor.text.length && isNameCharacter(cursor.text[cursor.at] ?? '')) cursor.at += 1;
  return cursor.at === start ? null : cursor.text.slice(start, cursor.at);
}

function isNameCharacter(character: string): boolean {
  return !BARE_STOP.has(character) && !/\s/.test(character);
}

function readBracket(cursor: Cursor): string | null {
  cursor.at += 1;
  const quote = cursor.text[cursor.at];
  const key = quote === "'" || quote === '"' ? readQuoted(cursor) : readIndex(cursor);
  if (key === null || cursor.text[cursor.at] !== ']') return null;
  cursor.at += 1;
  return key;
}

function readIndex(cursor: Cursor): string | null {
  const index = /^\d+/.exec(cursor.text.slice(cursor.at, cursor.at + 16));
  if (index === null) return null;
  cursor.at += index[0].length;
  return String(Number(index[0]));
}

function readQuoted(cursor: Cursor): string | null {
  const quote = cursor.text[cursor.at];
  let value = '';
  for (cursor.at += 1; cursor.at < cursor.text.length; cursor.at += 1) {
    const character = cursor.text[cursor.at] ?? '';
    if (character === quote) {
      cursor.at += 1;
      return value;
    }
    if (character === '\\') cursor.at += 1;
    value += cursor.text[cursor.at] ?? '';
  }
  return null;
}
