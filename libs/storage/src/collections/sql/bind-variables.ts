import { EngineError } from '#engine';
import type { Json } from '#shared';
import { sqlTokens, type SqlToken } from './sql-tokens.js';

/** One statement as the driver takes it. */
export interface BoundStatement {
  text: string;
  values: (string | null | (string | null)[])[];
}

/** Statements that read or write rows: what a node is for. The login's rights decide about the rest of it. */
const ALLOWED = new Set(['select', 'insert', 'update', 'delete', 'merge', 'with', 'values', 'table']);

/**
 * Puts `$1`, `$2`... for `:name`, each name once. Quoted text, comments and casts stay. A list of plain values is bound
 * as an array, for `= any(:ids)`; other JSON as its text.
 *
 * Throws `sql_syntax` (nothing, or more than one statement), `sql_not_allowed` (no statement on rows) or `sql_variable`.
 */
export function bindVariables(sql: string, variables: Readonly<Record<string, Json>>): BoundStatement {
  const tokens = checkOneStatement([...sqlTokens(sql)]);
  checkAllowed(tokens);
  const names: string[] = [];
  const text = tokens.map((token) => bindToken(token, variables, names)).join('');
  return { text, values: names.map((name) => toParameter(variables[name]!)) };
}

function bindToken({ kind, text }: SqlToken, variables: Readonly<Record<string, Json>>, names: string[]): string {
  if (kind === 'parameter') {
    throw new EngineError('sql_variable', `${text} cannot stand in the SQL; write :name and give the variable.`);
  }
  if (kind !== 'variable') return text;
  const name = text.slice(1);
  if (!Object.hasOwn(variables, name)) {
    throw new EngineError('sql_variable', `The SQL has :${name}, but there is no variable of that name.`);
  }
  if (!names.includes(name)) names.push(name);
  return `$${names.indexOf(name) + 1}`;
}

/** Without the semicolon at the end. */
function checkOneStatement(tokens: readonly SqlToken[]): SqlToken[] {
  const end = tokens.findIndex(({ kind }) => kind === 'semicolon');
  const statement = end < 0 ? [...tokens] : tokens.slice(0, end);
  const rest = end < 0 ? [] : tokens.slice(end);
  if (rest.some(({ kind }) => kind !== 'semicolon' && kind !== 'space')) {
    throw new EngineError('sql_syntax', 'The SQL has more than one statement; a node runs one.');
  }
  return statement;
}

function checkAllowed(tokens: readonly SqlToken[]): void {
  const first = tokens.find(({ kind, text }) => kind !== 'space' && text !== '(');
  if (first === undefined) throw new EngineError('sql_syntax', 'The SQL has no statement.');
  if (first.kind === 'word' && ALLOWED.has(first.text.toLowerCase())) return;
  const allowed = [...ALLOWED].join(', ');
  throw new EngineError('sql_not_allowed', `A statement of an sql node starts with one of ${allowed}.`);
}

function toParameter(value: Json): BoundStatement['values'][number] {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)) {
    return value.map(toText);
  }
  return toText(value);
}

function toText(value: Json): string | null {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
