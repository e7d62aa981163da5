/** A parsed `content-type`: lower-case essence and charset. */
export interface ContentType {
  /** `type/subtype`; empty when there is none. */
  essence: string;
  /** Null when not stated. */
  charset: string | null;
  /** Null when not stated; case counts. */
  boundary: string | null;
}

const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:\\.|[^"\\])*)"|([^;]*))/g;

/** Reads a `content-type` header (RFC 9110 section 8.3). Of a parameter that comes again the first counts. */
export function parseContentType(header: string | undefined): ContentType {
  const text = header ?? '';
  const end = text.indexOf(';');
  const essence = (end === -1 ? text : text.slice(0, end)).trim().toLowerCase();
  if (end === -1) return { essence, charset: null, boundary: null };
  const parameters = readParameters(text.slice(end));
  const charset = parameters.get('charset')?.trim().toLowerCase() || null;
  return { essence, charset, boundary: parameters.get('boundary') ?? null };
}

function readParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of text.matchAll(PARAMETER)) {
    const value = quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1');
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
  }
  return parameters;
}
