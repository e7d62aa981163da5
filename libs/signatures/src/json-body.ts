/**
 * Beyond this many bytes numbers are not read as written, and count as absent: the slower parse that keeps their text
 * calls back for every value. Ids that are numbers come in small bodies; text ids are read whatever the size.
 */
const MAX_WRITTEN_BYTES = 1024 * 1024;

/** What a path leads to: a leaf's text, or the length of a list. */
export type JsonFound =
  | { kind: 'text' | 'number' | 'boolean' | 'null'; text: string }
  | { kind: 'list'; length: number }
  | { kind: 'object' };

/** A number as it was written: 9007199254740993 stays what it is. */
class WrittenNumber {
  constructor(readonly source: string) {}
}

type Reviver = (this: unknown, key: string, value: unknown, context: { source: string }) => unknown;

interface Parsed {
  plain?: { value: unknown } | null;
  written?: { value: unknown } | null;
}

/** A message is asked several times (handshake, id, event type), its body is parsed once. */
const parsed = new WeakMap<Buffer, Parsed>();
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Follows a path of own members and list positions through a JSON body. Null when there is nothing, or the body is not
 * JSON in UTF-8. Never throws.
 */
export function findJson(body: Buffer, path: string): JsonFound | null {
  const cached = parsed.get(body) ?? {};
  parsed.set(body, cached);
  cached.plain = cached.plain === undefined ? parse(body) : cached.plain;
  const leaf = cached.plain ? walk(cached.plain.value, path) : undefined;
  if (typeof leaf !== 'number') return describe(leaf);
  if (body.length > MAX_WRITTEN_BYTES) return null;
  cached.written = cached.written === undefined ? parse(body, keepNumbers) : cached.written;
  const written = cached.written ? walk(cached.written.value, path) : undefined;
  return written instanceof WrittenNumber ? { kind: 'number', text: written.source } : null;
}

/** A decoder that keeps state between calls is not used: `decode` starts anew each time. */
function parse(body: Buffer, reviver?: Reviver): { value: unknown } | null {
  try {
    return { value: JSON.parse(utf8.decode(body), reviver as never) };
  } catch {
    return null;
  }
}

function keepNumbers(_key: string, value: unknown, { source }: { source: string }): unknown {
  return typeof value === 'number' ? new WrittenNumber(source) : value;
}

function walk(root: unknown, path: string): unknown {
  let value = root;
  for (const name of path === '' ? [] : path.split('.')) {
    if (typeof value !== 'object' || value === null || value instanceof WrittenNumber) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9][0-9]*)$/.test(name)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function describe(value: unknown): JsonFound | null {
  if (value === undefined) return null;
  if (value === null) return { kind: 'null', text: 'null' };
  if (Array.isArray(value)) return { kind: 'list', length: value.length };
  if (typeof value === 'string') return { kind: 'text', text: value };
  return typeof value === 'boolean' ? { kind: 'boolean', text: String(value) } : { kind: 'object' };
}
