import { EngineError } from '#engine';

/** A piece of SQL: what has a meaning here, and everything else as it stands (quoted text, comments, signs). */
export interface SqlToken {
  kind: 'word' | 'variable' | 'parameter' | 'semicolon' | 'space' | 'other';
  text: string;
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const SPACE = /\s+/y;
const NUMBER = /\d[\w.]*/y;
const VARIABLE = /:[A-Za-z_]\w*/y;
const PARAMETER = /\$\d+/y;
const DOLLAR_QUOTE = /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
/** Quoted text goes on in a next pair of quotes when a line ends between them; escapes then go on as well. */
const CONTINUATION = /[ \t\f\v]*[\r\n]\s*(?=')/y;

/**
 * Splits SQL as Postgres' own scanner does, where it matters for what is a statement's text and what is quoted:
 * quotes, escapes, dollar quotes, nested comments, casts. Throws `sql_syntax` on what is not closed.
 */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  for (let at = 0; at < sql.length;) {
    const token = readToken(sql, at);
    yield token;
    at += token.text.length;
  }
}

function readToken(sql: string, at: number): SqlToken {
  const two = sql.slice(at, at + 2);
  if (/^[eE]'$/.test(two)) return other(sql, at, endOfEscapeString(sql, at + 1));
  if (two === '--') return space(sql, at, endOfLine(sql, at));
  if (two === '/*') return space(sql, at, endOfComment(sql, at));
  if (two === '::' || two === ':=') return other(sql, at, at + 2);
  const sign = sql[at]!;
  if (sign === "'" || sign === '"') return other(sql, at, endOfQuotes(sql, at, sign));
  if (sign === ';') return { kind: 'semicolon', text: sign };
  if (sign === '$') return readDollar(sql, at);
  return readByPattern(sql, at);
}

function readByPattern(sql: string, at: number): SqlToken {
  for (const [kind, pattern] of PATTERNS) {
    const text = matchAt(pattern, sql, at);
    if (text !== null) return { kind, text };
  }
  return other(sql, at, at + 1);
}

const PATTERNS: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['space', SPACE],
  ['word', WORD],
  ['other', NUMBER],
  ['variable', VARIABLE],
];

function readDollar(sql: string, at: number): SqlToken {
  const parameter = matchAt(PARAMETER, sql, at);
  if (parameter !== null) return { kind: 'parameter', text: parameter };
  const quote = matchAt(DOLLAR_QUOTE, sql, at);
  const end = quote === null ? -1 : sql.indexOf(quote, at + quote.length);
  if (quote === null || end < 0) throw notClosed('a dollar quote');
  return other(sql, at, end + quote.length);
}

function endOfQuotes(sql: string, at: number, sign: string): number {
  for (let end = sql.indexOf(sign, at + 1); end >= 0; end = sql.indexOf(sign, end + 2)) {
    if (sql[end + 1] !== sign) return end + 1;
  }
  throw notClosed('a quote');
}

/** @param at of the opening quote of `E'...'` */
function endOfEscapeString(sql: string, at: number): number {
  for (let end = at + 1; end < sql.length; end += 1) {
    if (sql[end] === '\\') end += 1;
    else if (sql[end] === "'" && sql[end + 1] === "'") end += 1;
    else if (sql[end] === "'") {
      const gap = matchAt(CONTINUATION, sql, end + 1);
      return gap === null ? end + 1 : endOfEscapeString(sql, end + 1 + gap.length);
    }
  }
  throw notClosed('a quote');
}

function endOfLine(sql: string, at: number): number {
  const end = sql.slice(at).search(/[\r\n]/);
  return end < 0 ? sql.length : at + end;
}

function endOfComment(sql: string, at: number): number {
  let depth = 0;
  for (let end = at; end < sql.length - 1; end += 1) {
    const two = sql.slice(end, end + 2);
    if (two !== '/*' && two !== '*/') continue;
    depth += two === '/*' ? 1 : -1;
    end += 1;
    if (depth === 0) return end + 1;
  }
  throw notClosed('a comment');
}

const other = (sql: string, at: number, end: number): SqlToken => ({ kind: 'other', text: sql.slice(at, end) });
const space = (sql: string, at: number, end: number): SqlToken => ({ kind: 'space', text: sql.slice(at, end) });

function matchAt(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0] ?? null;
}

function notClosed(what: string): EngineError {
  return new EngineError('sql_syntax', `The SQL has ${what} that is not closed.`);
}
