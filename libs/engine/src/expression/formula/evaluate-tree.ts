import type { Tree } from './parse-tree.js';

/** What names, operators and calls mean in a language whose expressions are {@link Tree}s. */
export interface TreeLanguage {
  /** The value of a name. */
  read(name: string): unknown;
  /** The value of `/source/flags`. */
  pattern(source: string, flags: string): unknown;
  unary(operator: string, value: unknown): unknown;
  binary(operator: string, left: unknown, right: unknown): unknown;
  /** Whether the first operand of `&&`, `||` and `?:` holds. */
  holds(value: unknown): boolean;
  call(callee: Tree, args: readonly unknown[], evaluate: (tree: Tree) => unknown): unknown;
}

/** Evaluates a tree. What a branch that is not taken holds is not evaluated. */
export function evaluateTree(tree: Tree, language: TreeLanguage): unknown {
  const evaluate = (inner: Tree): unknown => evaluateTree(inner, language);
  switch (tree.type) {
    case 'MemberExpression':
      return ownMember(evaluate(tree.object), memberKey(tree, evaluate));
    case 'CallExpression':
      return language.call(tree.callee, tree.arguments.map(evaluate), evaluate);
    case 'UnaryExpression':
      return language.unary(tree.operator, evaluate(tree.argument));
    case 'BinaryExpression':
      return evaluateBinary(tree, language, evaluate);
    case 'ConditionalExpression':
      return evaluate(language.holds(evaluate(tree.test)) ? tree.consequent : tree.alternate);
    case 'ArrayExpression':
      return tree.elements.map(evaluate);
    default:
      return leafValue(tree, language);
  }
}

type Evaluate = (tree: Tree) => unknown;

function evaluateBinary(
  { operator, left, right }: Extract<Tree, { type: 'BinaryExpression' }>,
  language: TreeLanguage,
  evaluate: Evaluate,
): unknown {
  const first = evaluate(left);
  if (operator === '&&') return language.holds(first) ? evaluate(right) : first;
  if (operator === '||') return language.holds(first) ? first : evaluate(right);
  return language.binary(operator, first, evaluate(right));
}

function leafValue(
  tree: Extract<Tree, { type: 'Literal' | 'Identifier' | 'Pattern' }>,
  language: TreeLanguage,
): unknown {
  if (tree.type === 'Literal') return tree.value;
  return tree.type === 'Identifier' ? language.read(tree.name) : language.pattern(tree.source, tree.flags);
}

function memberKey(tree: Extract<Tree, { type: 'MemberExpression' }>, evaluate: Evaluate): unknown {
  if (tree.computed) return evaluate(tree.property);
  return tree.property.type === 'Identifier' ? tree.property.name : null;
}

/**
 * A member of a value, own properties only: no prototype and no method is within reach. Lists count from 0; lists and
 * texts have a `length`. Null when there is no such member.
 */
export function ownMember(value: unknown, key: unknown): unknown {
  // Any other key would be made text by a method of a payload.
  if (typeof key !== 'string' && typeof key !== 'number') return null;
  if (typeof value === 'string' && key === 'length') return value.length;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  return (value as Record<string | number, unknown>)[key] ?? null;
}
