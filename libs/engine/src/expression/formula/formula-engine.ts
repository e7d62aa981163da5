import type { Json } from '#shared';
import { EngineError } from '../../contract/engine-error.js';
import { bindExpression, type BoundExpression } from '../bind-expression.js';
import { cachedCompile } from '../compile-cache.js';
import { messageOf, SCALAR_NODES, type CompiledExpression } from '../compiled-expression.js';
import { MOST_TEXT } from '../expression-limits.js';
import { mathResult } from '../math-result.js';
import { evaluateTree, type TreeLanguage } from './evaluate-tree.js';
import { formulaFunctions } from './formula-functions.js';
import { applyBinary, applyUnary, isFormulaOperator } from './formula-operators.js';
import { parseTree, type Tree } from './parse-tree.js';

/**
 * Compiles an expression of the engine `formula.js`: Excel's functions by name in any case, JavaScript's operators but
 * for `&` (joins texts), `^` (power), `=` and `<>` (compare), texts in single or double quotes, lists `[1, 2]`, members
 * `{{a}}.b` and `{{a}}[0]` (from 0, own properties only).
 *
 * Parsed into a tree of its own and walked: no code is made. Each `{{path}}` is a name bound to the value. Numbers are
 * rounded to 9 decimals, NaN and infinities become null.
 *
 * @throws EngineError `expression_syntax`, naming what is wrong.
 */
export const compileFormula = cachedCompile((expression: string): CompiledExpression => {
  const bound = bindExpression(expression, 'text');
  const tree = parsed(bound);
  const nodes = check(tree, bound);
  return { bound, isScalar: nodes <= SCALAR_NODES, evaluate: (values) => evaluate(tree, bound, values) };
});

function parsed(bound: BoundExpression): Tree {
  try {
    return parseTree(bound.text);
  } catch (error) {
    throw new EngineError('expression_syntax', messageOf(error, bound));
  }
}

/** @returns the number of nodes. */
function check(tree: Tree, bound: BoundExpression): number {
  const reason = reasonAgainst(tree, bound);
  if (reason !== null) throw new EngineError('expression_syntax', messageOf(new Error(reason), bound));
  return 1 + innerTrees(tree).reduce((sum, inner) => sum + check(inner, bound), 0);
}

function reasonAgainst(tree: Tree, bound: BoundExpression): string | null {
  switch (tree.type) {
    case 'Identifier':
      return bound.bindings.has(tree.name) ? null : `there is no "${tree.name}"; write variables as {{path}}`;
    case 'Pattern':
      return 'patterns cannot be used here';
    case 'CallExpression':
      return functionOf(tree.callee) === undefined ? unknownFunction(tree.callee) : null;
    case 'UnaryExpression':
      return isFormulaOperator(tree.operator, 1) ? null : `"${tree.operator}" is no operator here`;
    case 'BinaryExpression':
      return isFormulaOperator(tree.operator, 2) ? null : `"${tree.operator}" is no operator here`;
    default:
      return null;
  }
}

/** Callees and the names behind a dot are words of the language, not names of values. */
function innerTrees(tree: Tree): readonly Tree[] {
  switch (tree.type) {
    case 'MemberExpression':
      return tree.computed ? [tree.object, tree.property] : [tree.object];
    case 'CallExpression':
      return tree.arguments;
    case 'UnaryExpression':
      return [tree.argument];
    case 'BinaryExpression':
      return [tree.left, tree.right];
    case 'ConditionalExpression':
      return [tree.test, tree.consequent, tree.alternate];
    case 'ArrayExpression':
      return tree.elements;
    default:
      return [];
  }
}

function functionOf(callee: Tree) {
  return callee.type === 'Identifier' ? formulaFunctions.get(callee.name.toUpperCase()) : undefined;
}

function unknownFunction(callee: Tree): string {
  return callee.type === 'Identifier' ? `there is no function "${callee.name}"` : 'methods cannot be called';
}

function evaluate(tree: Tree, bound: BoundExpression, values: ReadonlyMap<string, Json>): Json {
  const language: TreeLanguage = {
    read: (name) => values.get(name) ?? null,
    pattern: () => null,
    unary: applyUnary,
    binary: applyBinary,
    holds: (value) => Boolean(value) && !(value instanceof Error),
    call: (callee, args) => bounded(functionOf(callee)?.(...args)),
  };
  try {
    const result = evaluateTree(tree, language);
    if (result instanceof Error) throw result;
    return mathResult(result);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('expression_failed', messageOf(error, bound));
  }
}

function bounded(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MOST_TEXT) {
    throw new EngineError('expression_limit', `a text can have at most ${MOST_TEXT} characters`);
  }
  return value;
}
