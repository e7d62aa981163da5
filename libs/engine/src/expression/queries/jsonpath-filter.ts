import { EngineError } from '../../contract/engine-error.js';
import { evaluateTree, type TreeLanguage } from '../formula/evaluate-tree.js';
import { applyBinary, applyUnary, isFormulaOperator } from '../formula/formula-operators.js';
import { parseTree, type Tree } from '../formula/parse-tree.js';
import { LinearRegex } from './linear-regex.js';

type Method = (value: never, ...args: never[]) => unknown;

const TEXT_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['includes', (text: string, part: string) => text.includes(String(part))],
  ['startsWith', (text: string, part: string) => text.startsWith(String(part))],
  ['endsWith', (text: string, part: string) => text.endsWith(String(part))],
  ['indexOf', (text: string, part: string) => text.indexOf(String(part))],
  ['toLowerCase', (text: string) => text.toLowerCase()],
  ['toUpperCase', (text: string) => text.toUpperCase()],
  ['trim', (text: string) => text.trim()],
  ['match', (text: string, pattern: LinearRegex | string) => matched(pattern, text)],
]);

const LIST_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['includes', (list: unknown[], entry: unknown) => list.includes(entry)],
  ['indexOf', (list: unknown[], entry: unknown) => list.indexOf(entry)],
]);

const PATTERN_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['test', (pattern: LinearRegex, text: string) => matched(pattern, text) !== null],
]);

/**
 * A filter or script expression of a JSONPath, in the shape the library asks of an evaluation class. Values, operators,
 * members (own ones), and these methods: `includes`, `startsWith`, `endsWith`, `indexOf`, `toLowerCase`, `toUpperCase`,
 * `trim`, `match` of texts, `includes`, `indexOf` of lists, `test` of patterns, which are linear in the text.
 */
export class JsonPathFilter {
  readonly #tree: Tree;

  /** @throws EngineError `expression_syntax` */
  constructor(code: string) {
    this.#tree = parseTree(code);
  }

  /** @param names what the library binds: `_$_v` for `@`, `_$_parent`, `_$_property`, `_$_root`, `_$_path`. */
  runInNewContext(names: Record<string, unknown>): unknown {
    return evaluateTree(this.#tree, filterLanguage(names));
  }
}

function filterLanguage(names: Record<string, unknown>): TreeLanguage {
  return {
    read: (name) => readName(names, name),
    pattern: (source, flags) => new LinearRegex({ source, flags }),
    unary: (operator, value) => applyUnary(known(operator, 1), value),
    binary: (operator, left, right) => applyBinary(known(operator, 2), left, right),
    holds: (value) => Boolean(value) && !(value instanceof Error),
    call: callMethod,
  };
}

function readName(names: Record<string, unknown>, name: string): unknown {
  // A member that is absent is null here, which is what `@.x === undefined` asks for.
  if (name === 'undefined') return null;
  if (name.startsWith('_$_') && Object.hasOwn(names, name)) return names[name] ?? null;
  throw new EngineError('expression_failed', `there is no "${name}"; write @ for the element`);
}

function known(operator: string, operands: 1 | 2): string {
  if (isFormulaOperator(operator, operands)) return operator;
  throw new EngineError('expression_syntax', `"${operator}" is no operator here`);
}

function callMethod(callee: Tree, args: readonly unknown[], evaluate: (tree: Tree) => unknown): unknown {
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') {
    throw new EngineError('expression_syntax', 'only methods can be called, as in @.name.includes("a")');
  }
  const value = evaluate(callee.object);
  const { name } = callee.property;
  const method = methodsOf(value)?.get(name);
  if (method !== undefined) return method(value as never, ...(args as never[]));
  // A filter meets elements of every kind; where a text's method is asked of something else nothing matches.
  if (TEXT_METHODS.has(name) || LIST_METHODS.has(name) || PATTERN_METHODS.has(name)) return null;
  throw new EngineError('expression_syntax', `there is no method "${name}"`);
}

function methodsOf(value: unknown): ReadonlyMap<string, Method> | null {
  if (typeof value === 'string') return TEXT_METHODS;
  if (Array.isArray(value)) return LIST_METHODS;
  return value instanceof LinearRegex ? PATTERN_METHODS : null;
}

function matched(pattern: LinearRegex | string, text: string): string[] | null {
  const regex = typeof pattern === 'string' ? new LinearRegex({ source: pattern, flags: '' }) : pattern;
  regex.lastIndex = 0;
  const match = regex.exec(text);
  return match === null ? null : [...match];
}
