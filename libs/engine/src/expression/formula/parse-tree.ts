import jsep from 'jsep';
import { EngineError } from '../../contract/engine-error.js';
import { MOST_DEPTH, MOST_EXPRESSION } from '../expression-limits.js';

/** What an expression may be made of; everything else that the parser knows is refused. */
export type Tree =
  | { type: 'Literal'; value: string | number | boolean | null }
  | { type: 'Identifier'; name: string }
  | { type: 'MemberExpression'; object: Tree; property: Tree; computed: boolean }
  | { type: 'CallExpression'; callee: Tree; arguments: Tree[] }
  | { type: 'UnaryExpression'; operator: string; argument: Tree }
  | { type: 'BinaryExpression'; operator: string; left: Tree; right: Tree }
  | { type: 'ConditionalExpression'; test: Tree; consequent: Tree; alternate: Tree }
  | { type: 'ArrayExpression'; elements: Tree[] }
  | { type: 'Pattern'; source: string; flags: string };

configure();

/** The parser's operators are global to its module, which nobody else here uses. Precedences are those of Excel. */
function configure(): void {
  for (const operator of ['|', '^', '&', '<<', '>>', '>>>', '??']) jsep.removeBinaryOp(operator);
  jsep.removeUnaryOp('~');
  jsep.addBinaryOp('=', 6);
  jsep.addBinaryOp('<>', 6);
  jsep.addBinaryOp('&', 8);
  jsep.addBinaryOp('^', 12, true);
  jsep.addLiteral('TRUE', true);
  jsep.addLiteral('FALSE', false);
  jsep.addLiteral('NULL', null);
  jsep.hooks.add('gobble-token', gobblePattern);
}

/** `/source/flags` where a value may stand: a slash between values is a division and does not come here. */
function gobblePattern(env: { context?: unknown; node?: unknown }): void {
  const parser = env.context as {
    expr: string;
    index: number;
    char: string;
    gobbleTokenProperty(node: unknown): unknown;
  };
  if (parser.char !== '/') return;
  const found = /^\/((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+)\/([a-z]*)/u.exec(parser.expr.slice(parser.index));
  if (found === null) return;
  parser.index += found[0].length;
  env.node = parser.gobbleTokenProperty({ type: 'Pattern', source: found[1], flags: found[2] });
}

/**
 * Parses an expression into a checked tree: literals, names, member access, calls, operators, conditionals and lists.
 *
 * @throws EngineError `expression_syntax` when it does not parse, holds anything else, or is too long or too deep.
 */
export function parseTree(text: string): Tree {
  if (text.length > MOST_EXPRESSION) throw syntax(`write at most ${MOST_EXPRESSION} characters`);
  return checked(parsed(text), 0);
}

function parsed(text: string): jsep.Expression {
  try {
    return jsep(text);
  } catch (error) {
    // A RangeError is its recursion at the end of the stack.
    throw syntax(error instanceof RangeError || !(error instanceof Error) ? 'nested too deep' : error.message);
  }
}

function syntax(message: string): EngineError {
  return new EngineError('expression_syntax', message);
}

type Check = (node: never, inner: (node: unknown) => Tree) => Tree;

/** Builds each node anew, so that nothing the parser may add to one gets through. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>(
  Object.entries({
    Literal: ({ value, raw }: jsep.Literal) => {
      if (typeof value === 'object' && value !== null) throw syntax(`${raw} cannot be used here`);
      return { type: 'Literal', value: value as string | number | boolean | null };
    },
    Identifier: ({ name }: jsep.Identifier) => ({ type: 'Identifier', name }),
    MemberExpression: ({ object, property, computed }: jsep.MemberExpression, inner) => ({
      type: 'MemberExpression',
      object: inner(object),
      property: inner(property),
      computed,
    }),
    CallExpression: ({ callee, arguments: given }: jsep.CallExpression, inner) => ({
      type: 'CallExpression',
      callee: inner(callee),
      arguments: given.map(inner),
    }),
    UnaryExpression: ({ operator, argument }: jsep.UnaryExpression, inner) => ({
      type: 'UnaryExpression',
      operator,
      argument: inner(argument),
    }),
    BinaryExpression: ({ operator, left, right }: jsep.BinaryExpression, inner) => ({
      type: 'BinaryExpression',
      operator,
      left: inner(left),
      right: inner(right),
    }),
    ConditionalExpression: ({ test, consequent, alternate }: jsep.ConditionalExpression, inner) => ({
      type: 'ConditionalExpression',
      test: inner(test),
      consequent: inner(consequent),
      alternate: inner(alternate),
    }),
    ArrayExpression: ({ elements }: jsep.ArrayExpression, inner) => ({
      type: 'ArrayExpression',
      elements: elements.map(inner),
    }),
    Pattern: ({ source, flags }: Extract<Tree, { type: 'Pattern' }>) => ({ type: 'Pattern', source, flags }),
  } satisfies Record<string, Check>),
);

function checked(node: unknown, depth: number): Tree {
  if (depth > MOST_DEPTH) throw syntax(`nest at most ${MOST_DEPTH} levels deep`);
  const { type } = (node ?? { type: 'nothing' }) as jsep.Expression;
  const check = CHECKS.get(type);
  if (check === undefined) throw syntax(reasonAgainst(type));
  return check(node as never, (inner) => checked(inner, depth + 1));
}

function reasonAgainst(type: string): string {
  if (type === 'Compound' || type === 'SequenceExpression') return 'write one expression';
  return type === 'nothing' ? 'a value is missing' : 'only values, operators and functions can be used';
}
