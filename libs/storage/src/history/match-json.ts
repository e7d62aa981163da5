import { getPath } from '#engine';

/** What is looked for in a body. */
export interface JsonCriterion {
  path: readonly string[];
  /** Null: anything that is there. */
  value: string | null;
}

/** Brackets or a byte order mark in front of one: what a path can lead into. Anything else is not even decoded. */
const OPENING = new Set([0x7b, 0x5b]);
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/**
 * True when the body is JSON and what stands at the path is the value. Text compares by itself; numbers as they were
 * written (`9007199254740993` is not `9007199254740992`, `1.0` not `1`); objects and lists are never equal to anything.
 * A path through a list without a position leads to all its entries, any of which may fit. Never throws.
 */
export function matchesJson(body: Buffer, { path, value }: JsonCriterion): boolean {
  if (!mayHoldMembers(body)) return false;
  try {
    const text = body.toString('utf8').replace(/^\ufeff/, '');
    const found = find(JSON.parse(text), path);
    if (value === null) return found !== undefined;
    const entries = Array.isArray(found) ? found : [found];
    if (entries.some((entry) => typeof entry !== 'number' && isWrittenAs(entry, value))) return true;
    // Only what would be equal as a number is read once more, for how it was written: that reading is many times slower.
    const wanted = Number(value);
    return entries.includes(wanted) && numbersAsWritten(text, path).includes(value);
  } catch {
    return false;
  }
}

function mayHoldMembers(body: Buffer): boolean {
  const first = body.find((byte) => !BLANK.has(byte));
  return first !== undefined && OPENING.has(first);
}

/** `getPath` takes a scope whose first step is a name: a list at the top is reached through one. */
function find(root: unknown, path: readonly string[]): unknown {
  return getPath({ root }, ['root', ...path]);
}

function isWrittenAs(entry: unknown, value: string): boolean {
  if (typeof entry === 'string') return entry === value;
  return entry === null || typeof entry === 'boolean' ? String(entry) === value : false;
}

/** A number as its text; nothing else can be one of these. */
class Written {
  constructor(readonly source: string) {}
}

/** @throws RangeError for JSON that is nested thousands of levels deep */
function numbersAsWritten(text: string, path: readonly string[]): string[] {
  const root: unknown = JSON.parse(text, (_name, entry: unknown, context?: { source?: string }) =>
    typeof entry === 'number' ? new Written(context?.source ?? String(entry)) : entry,
  );
  const found = find(root, path);
  const entries = Array.isArray(found) ? (found as unknown[]) : [found];
  // A number that was not written is the length of a list.
  return entries.flatMap((entry) =>
    entry instanceof Written ? [entry.source] : typeof entry === 'number' ? [`${entry}`] : [],
  );
}
