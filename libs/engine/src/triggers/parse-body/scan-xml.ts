/** Elements inside one another. */
const DEPTH = 64;
/** Elements and attributes in all. */
const NAMES = 10_000;
/** Comments, CDATA sections and processing instructions in all. */
const SECTIONS = 10_000;
/** What no XML text may hold (section 2.2 of XML 1.0). */
const NO_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

interface XmlFault {
  code: 'malformed_body' | 'body_too_complex';
  detail: string;
}

/**
 * Counts what is in XML text before anything is built from it: the parser behind recurses with the depth. It cuts the
 * text exactly as that parser does, up to the first character that makes it ill-formed; there the parser stops too.
 * A document type is refused at sight, and with it every entity of one's own: no expansion, no outside file.
 *
 * @returns what was too much, or null.
 */
export function scanXml(text: string): XmlFault | null {
  if (NO_CHARACTER.test(text)) return { code: 'malformed_body', detail: 'the body is not well-formed XML' };
  let depth = 0;
  let names = 0;
  let sections = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    const special = endOfSpecial(text, at);
    if (special === 'doctype') return { code: 'malformed_body', detail: 'XML with a document type is not accepted' };
    if (special !== null) {
      sections += 1;
      if (sections > SECTIONS) return tooMany(`${SECTIONS} comments and sections`);
      at = special;
    } else if (text[at + 1] === '/') {
      depth -= 1;
      at += 2;
    } else {
      const tag = scanTag(text, at + 1);
      names += 1 + tag.attributes;
      depth += 1;
      if (depth > DEPTH) return tooMany(`${DEPTH} levels`);
      if (tag.isEmpty) depth -= 1;
      at = tag.end;
    }
    if (names > NAMES) return tooMany(`${NAMES} names`);
  }
  return null;
}

function tooMany(what: string): XmlFault {
  return { code: 'body_too_complex', detail: `XML has more than ${what}` };
}

const OPENINGS = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/** The end of a comment, CDATA section or processing instruction; null when a tag begins here. */
function endOfSpecial(text: string, at: number): number | 'doctype' | null {
  const next = text[at + 1];
  if (next !== '!' && next !== '?') return null;
  for (const [open, close] of OPENINGS) {
    if (!text.startsWith(open, at)) continue;
    const end = text.indexOf(close, at + open.length);
    return end === -1 ? text.length : end + close.length;
  }
  return 'doctype';
}

/** A start tag, from its name: ends at the first `>` outside of quotes. */
function scanTag(text: string, start: number): { end: number; attributes: number; isEmpty: boolean } {
  let attributes = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '>') return { end: at + 1, attributes, isEmpty: text[at - 1] === '/' };
    if (char === '=') attributes += 1;
    if (attributes > NAMES) break;
    if (char === '"' || char === "'") {
      const close = text.indexOf(char, at + 1);
      if (close === -1) break;
      at = close;
    }
  }
  return { end: text.length, attributes, isEmpty: false };
}
