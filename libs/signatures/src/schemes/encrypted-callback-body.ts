import { parseXml, XmlCdata, XmlElement, XmlText } from '@rgrove/parse-xml';
import { decodeUtf8, readJsonObject, textMember } from './json-text.js';

/** Callbacks are a few hundred bytes; a mebibyte of XML already takes the parser tens of milliseconds. */
const MOST_BYTES = 1_048_576;

/**
 * The ciphertext of a body: the one `Encrypt` below the root of its XML, or `encrypt` of its JSON. Null when there is
 * none or more than one, and for XML with a DTD: entities are never defined. Never throws.
 */
export function readCiphertext(body: Buffer): string | null {
  if (body.length > MOST_BYTES) return null;
  const text = decodeUtf8(body);
  if (text === null) return null;
  if (/^\s*\{/.test(text)) return textMember(readJsonObject(body) ?? undefined, 'encrypt');
  return /<!doctype/i.test(text) ? null : encryptElement(text);
}

function encryptElement(xml: string): string | null {
  try {
    const elements = (parseXml(xml).root?.children ?? []).filter((child) => child instanceof XmlElement);
    const [found, ...others] = elements.filter(({ name }) => name === 'Encrypt');
    return found && others.length === 0 ? ownText(found) : null;
  } catch {
    return null;
  }
}

function ownText({ children }: XmlElement): string | null {
  const texts = children.map((child) => (child instanceof XmlText || child instanceof XmlCdata ? child.text : null));
  return texts.includes(null) ? null : texts.join('') || null;
}
