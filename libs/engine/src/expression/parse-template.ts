import { parsePath, type Path } from './parse-path.js';

/** One `{{...}}`: a path with an optional default (text) and the `| json` filter, or a quoted literal. */
export type TemplateReference =
  | {
      readonly kind: 'path';
      readonly source: string;
      readonly path: Path;
      readonly fallback?: string;
      readonly json: boolean;
    }
  | { readonly kind: 'literal'; readonly text: string };

export type TemplatePart = string | TemplateReference;

/** A parsed string. `faults` name what stands between braces without being a path; such text is kept literally. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  readonly faults: readonly string[];
}

/** Templates come from workflow documents, never from payloads, so the cache is bounded by documents in use. */
const CACHE_SIZE = 5_000;
const cache = new Map<string, Template>();

/** Parses a string once; later calls with the same text answer from a bounded cache. Never throws. */
export function parseTemplate(text: string): Template {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const template = parse(text);
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
  cache.set(text, template);
  return template;
}

function parse(text: string): Template {
  const parts: TemplatePart[] = [];
  const faults: string[] = [];
  let at = 0;
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', at)) {
    const close = findClose(text, open + 2);
    if (close === -1) {
      faults.push('"{{" is never closed with "}}"');
      break;
    }
    const reference = parseReference(text.slice(open + 2, close));
    if (open > at) parts.push(text.slice(at, open));
    parts.push(reference ?? text.slice(open, close + 2));
    if (reference === null) faults.push(`"${text.slice(open, close + 2)}" is not a path`);
    at = close + 2;
  }
  if (at < text.length) parts.push(text.slice(at));
  return { parts, faults };
}

/** The next `}}` outside quotes that stand in brackets or start the expression. */
function findClose(text: string, from: number): number {
  let previous = '[';
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (previous === '[' && isQuote(character)) at = endOfQuotes(text, at);
    else if (text.startsWith('}}', at)) return at;
    if (!/\s/.test(character)) previous = character;
  }
  return -1;
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'";
}

/** The index of the quote that closes the one at `start`, or the end of the text; `\` escapes one character. */
function endOfQuotes(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== text[start]) at += text[at] === '\\' ? 2 : 1;
  return at;
}

function parseReference(inner: string): TemplateReference | null {
  const literal = /^\s*(["'])((?:\\.|(?!\1)[^\\])*)\1\s*$/su.exec(inner);
  if (literal !== null) return { kind: 'literal', text: (literal[2] ?? '').replace(/\\(.)/gsu, '$1') };
  const filtered = /^(.*?)\|\s*json\s*$/su.exec(inner);
  const body = filtered?.[1] ?? inner;
  const colon = colonOutsideBrackets(body);
  const source = (colon === -1 ? body : body.slice(0, colon)).trim();
  const path = parsePath(source);
  if (path === null) return null;
  const reference = { kind: 'path' as const, source, path, json: filtered !== null };
  return colon === -1 ? reference : { ...reference, fallback: body.slice(colon + 1).trim() };
}

function colonOutsideBrackets(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === ':' && depth <= 0) return at;
    if (depth > 0 && isQuote(character)) at = endOfQuotes(text, at);
    else depth += Number(character === '[') - Number(character === ']');
  }
  return -1;
}
