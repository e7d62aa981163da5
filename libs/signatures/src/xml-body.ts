import { parseXml, XmlCdata, XmlElement, XmlText } from '@rgrove/parse-xml';

/** Messages in XML are small (WeCom's are a few hundred bytes); the parser is slow and recursive. */
const MAX_XML_BYTES = 1024 * 1024;

const parsed = new WeakMap<Buffer, XmlElement | null>();

/**
 * The text of the element at a path that begins with the root's name; null when there is none, it has child elements, or
 * it is there more than once (a position after the name then chooses). Documents with a DTD are refused whole, so
 * entities cannot be defined. Never throws.
 */
export function findXml(body: Buffer, path: string): string | null {
  const root = rootOf(body);
  const [first, ...names] = path.split('.');
  if (root === null || root.name !== first) return null;
  let found: XmlElement[] = [root];
  for (const name of names) {
    const next = /^[0-9]+$/.test(name)
      ? found.slice(Number(name), Number(name) + 1)
      : found.length === 1
        ? found[0]!.children.filter((child) => child instanceof XmlElement).filter((child) => child.name === name)
        : [];
    found = next;
  }
  return found.length === 1 ? textOf(found[0]!) : null;
}

function textOf({ children }: XmlElement): string | null {
  if (children.some((child) => child instanceof XmlElement)) return null;
  return children.map((child) => (child instanceof XmlText || child instanceof XmlCdata ? child.text : '')).join('');
}

function rootOf(body: Buffer): XmlElement | null {
  const cached = parsed.get(body);
  if (cached !== undefined) return cached;
  const root = parse(body);
  parsed.set(body, root);
  return root;
}

function parse(body: Buffer): XmlElement | null {
  if (body.length > MAX_XML_BYTES || /<!doctype/i.test(body.toString('latin1'))) return null;
  try {
    return parseXml(body.toString('utf8')).root;
  } catch {
    return null;
  }
}
