import { decodeStrictly } from '../bytes.js';

/** A bare item of RFC 8941: those that message signatures and digests use. Decimals and dates are refused. */
export type BareItem =
  | { type: 'integer'; value: number }
  | { type: 'string'; value: string }
  | { type: 'token'; value: string }
  | { type: 'bytes'; value: Buffer }
  | { type: 'boolean'; value: boolean };

export type Parameters = ReadonlyMap<string, BareItem>;

/** A member of a dictionary: one item, or an inner list of them. */
export interface Member {
  item: BareItem | null;
  list: readonly { item: BareItem; parameters: Parameters }[] | null;
  parameters: Parameters;
}

const MOST_CHARACTERS = 8192;
const MOST_MEMBERS = 64;

/** Thrown inside this file only. */
class Malformed extends Error {}

/**
 * Reads a dictionary (RFC 8941, section 3.2). Null for anything else, for more than 8 KB or 64 members, and, stricter
 * than the RFC, for a name that occurs twice: a doubled header must not replace a signature. Never throws.
 */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | null {
  if (text.length > MOST_CHARACTERS) return null;
  try {
    return new Reader(text).dictionary();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** Parameters as they are signed (RFC 8941, section 4.1.1.2). */
export function serializeParameters(parameters: Parameters): string {
  return [...parameters]
    .map(([name, item]) => (isTrue(item) ? `;${name}` : `;${name}=${serializeItem(item)}`))
    .join('');
}

/** A bare item as it is signed (RFC 8941, section 4.1.3.1). */
export function serializeItem(item: BareItem): string {
  switch (item.type) {
    case 'integer':
    case 'token':
      return String(item.value);
    case 'string':
      return `"${item.value.replace(/[\\"]/g, '\\$&')}"`;
    case 'bytes':
      return `:${item.value.toString('base64')}:`;
    case 'boolean':
      return item.value ? '?1' : '?0';
    default:
      return item satisfies never;
  }
}

function isTrue(item: BareItem): boolean {
  return item.type === 'boolean' && item.value;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  dictionary(): Map<string, Member> {
    const members = new Map<string, Member>();
    this.skip(/ */y);
    while (this.at < this.text.length) {
      const name = this.take(/[a-z*][a-z0-9_.*-]*/y);
      if (members.has(name) || members.size === MOST_MEMBERS) throw new Malformed();
      members.set(name, this.member());
      this.skip(/[ \t]*/y);
      if (this.at === this.text.length) break;
      this.take(/,[ \t]*/y);
      if (this.at === this.text.length) throw new Malformed();
    }
    return members;
  }

  private member(): Member {
    if (!this.skip(/=/y)) return { item: { type: 'boolean', value: true }, list: null, parameters: this.parameters() };
    if (this.text[this.at] === '(') return { item: null, list: this.innerList(), parameters: this.parameters() };
    return { item: this.item(), list: null, parameters: this.parameters() };
  }

  private innerList(): Member['list'] {
    const items: { item: BareItem; parameters: Parameters }[] = [];
    this.take(/\( */y);
    while (!this.skip(/\)/y)) {
      items.push({ item: this.item(), parameters: this.parameters() });
      if (items.length > MOST_MEMBERS) throw new Malformed();
      if (!this.skip(/ +/y) && this.text[this.at] !== ')') throw new Malformed();
    }
    return items;
  }

  private parameters(): Map<string, BareItem> {
    const parameters = new Map<string, BareItem>();
    while (this.skip(/; */y)) {
      const name = this.take(/[a-z*][a-z0-9_.*-]*/y);
      if (parameters.has(name)) throw new Malformed();
      parameters.set(name, this.skip(/=/y) ? this.item() : { type: 'boolean', value: true });
    }
    return parameters;
  }

  private item(): BareItem {
    const first = this.text[this.at] ?? '';
    if (first === '"') return { type: 'string', value: this.string() };
    if (first === ':') return { type: 'bytes', value: this.bytes() };
    if (first === '?') return { type: 'boolean', value: this.take(/\?[01]/y) === '?1' };
    if (/[-0-9]/.test(first)) return { type: 'integer', value: this.integer() };
    return { type: 'token', value: this.take(/[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*/y) };
  }

  private string(): string {
    const quoted = this.take(/"(?:[ !#-[\]-~]|\\["\\])*"/y);
    return quoted.slice(1, -1).replace(/\\(["\\])/g, '$1');
  }

  private bytes(): Buffer {
    const text = this.take(/:[A-Za-z0-9+/=]*:/y).slice(1, -1);
    const bytes = text === '' ? Buffer.alloc(0) : decodeStrictly(text, 'base64');
    if (!bytes) throw new Malformed();
    return bytes;
  }

  /** Written as it will be signed: no leading zero, no `-0`. */
  private integer(): number {
    const text = this.take(/-?[0-9]{1,15}(?![0-9.])/y);
    if (String(Number(text)) !== text) throw new Malformed();
    return Number(text);
  }

  private take(pattern: RegExp): string {
    const start = this.at;
    if (!this.skip(pattern)) throw new Malformed();
    return this.text.slice(start, this.at);
  }

  /** True when something was there; a sticky pattern looks at this place only. */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    const moved = pattern.lastIndex > this.at;
    this.at = pattern.lastIndex;
    return moved;
  }
}
