import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml';
import type { Json, JsonObject } from '#shared';
import { decodeText } from './decode-text.js';
import { unknownCharset } from './parse-json-body.js';
import type { ParseLimits } from './parse-limits.js';
import { refuse, type ParseRefusal } from './parse-refusal.js';
import { scanXml } from './scan-xml.js';

/**
 * Reads XML as `{root: {child: 'text', repeated: ['a', 'b'], marked: {'@id': '1', '#text': 'c'}}}`: attributes under
 * `@name`, text beside attributes or elements under `#text`, repeated elements a list, an empty one ''. Prefixes stay,
 * text is kept as it is but for white space between elements; comments and processing instructions are left out.
 * Bytes are counted first: the parser holds the thread, for tenths of a second per hostile megabyte.
 */
export function parseXmlBody(
  body: Buffer,
  charset: string | null,
  limits: Pick<ParseLimits, 'xmlBytes'>,
): { ok: true; data: Json } | ParseRefusal {
  if (body.length > limits.xmlBytes) return refuse('xml_too_large', `XML has more than ${limits.xmlBytes} bytes`);
  const label = charset ?? declaredCharset(body);
  const text = decodeText(body, label);
  if (text === null) return unknownCharset(label);
  const fault = scanXml(text);
  if (fault !== null) return refuse(fault.code, fault.detail);
  try {
    // Line breaks as section 2.11 of XML 1.0 has them. The parser does it too, in quadratic time.
    const { root } = parseXml(text.replace(/\r\n?/g, '\n'));
    return { ok: true, data: root === null ? null : fromEntries([[root.name, valueOf(root)]]) };
  } catch {
    // The parser's message quotes the body.
    return refuse('malformed_body', 'the body is not well-formed XML');
  }
}

/** Appendix F of XML 1.0: the first bytes tell UTF-16 from what can be read as ASCII up to the encoding's name. */
function declaredCharset(body: Buffer): string {
  if (body[0] === 0x3c && body[1] === 0) return 'utf-16le';
  if (body[0] === 0 && body[1] === 0x3c) return 'utf-16be';
  const head = body.toString('latin1', 0, 200);
  return /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
}

/** Depth was limited before. */
function valueOf(element: XmlElement): Json {
  const attributes = Object.entries(element.attributes).map(([name, value]): [string, Json] => [`@${name}`, value]);
  const children = childrenOf(element);
  const text = element.children.map((child) => (child instanceof XmlText ? child.text : '')).join('');
  if (attributes.length === 0 && children.length === 0) return text;
  const isShown = children.length === 0 ? text !== '' : text.trim() !== '';
  return fromEntries([...attributes, ...children, ...(isShown ? [['#text', text] as [string, Json]] : [])]);
}

function childrenOf(element: XmlElement): [string, Json][] {
  const found = new Map<string, Json[]>();
  for (const child of element.children) {
    if (!(child instanceof XmlElement)) continue;
    const earlier = found.get(child.name);
    if (earlier === undefined) found.set(child.name, [valueOf(child)]);
    else earlier.push(valueOf(child));
  }
  return [...found].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]);
}

function fromEntries(members: [string, Json][]): JsonObject {
  return Object.fromEntries(members.filter(([name]) => name !== '__proto__'));
}
