import type { ConstantNode, FunctionNode, MathNode, OperatorNode, SymbolNode } from 'mathjs';
import type { BoundExpression } from './bind-expression.js';
import { SCALAR_NODES } from './compiled-expression.js';

/** Operators that over scalars give a scalar at once. Factorial, transpose, ranges and unit conversion are not among them. */
const OPERATORS: ReadonlySet<string> = new Set(
  `add subtract multiply divide mod pow unaryMinus unaryPlus not and or xor equal unequal smaller smallerEq larger
  largerEq bitAnd bitOr bitXor`.split(/\s+/),
);

const FUNCTIONS: ReadonlySet<string> = new Set(
  `abs ceil floor fix round sign sqrt square cube cbrt exp log log10 log2 pow add subtract multiply divide mod min max
  sin cos tan asin acos atan atan2 sinh cosh tanh hypot equal unequal smaller smallerEq larger largerEq equalText
  compareText not and or xor concat number string boolean isInteger isNaN isNegative isPositive isZero isNumeric`.split(
    /\s+/,
  ),
);

const CONSTANTS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'pi', 'e', 'PI', 'E', 'Infinity', 'NaN']);

const PLAIN: ReadonlySet<string> = new Set(['ParenthesisNode', 'ConditionalNode', 'RelationalNode']);

/**
 * Whether an expression, over scalars, can neither loop nor grow: few nodes, and each of them an operator or function of
 * which that is known. What is not known is not scalar.
 */
export function isScalarMath(tree: MathNode, bound: BoundExpression): boolean {
  let nodes = 0;
  let isScalar = true;
  tree.traverse((node, _path, parent) => {
    nodes += 1;
    isScalar &&= nodes <= SCALAR_NODES && isPlain(node, parent, bound);
  });
  return isScalar;
}

function isPlain(node: MathNode, parent: MathNode | null, bound: BoundExpression): boolean {
  switch (node.type) {
    case 'ConstantNode':
      return typeof (node as ConstantNode).value !== 'bigint';
    case 'SymbolNode':
      return isPlainName((node as SymbolNode).name, node, parent, bound);
    case 'OperatorNode':
      return OPERATORS.has((node as OperatorNode).fn);
    case 'FunctionNode':
      return FUNCTIONS.has((node as FunctionNode).fn.name);
    default:
      return PLAIN.has(node.type);
  }
}

function isPlainName(name: string, node: MathNode, parent: MathNode | null, bound: BoundExpression): boolean {
  if (parent?.type === 'FunctionNode' && ((parent as FunctionNode).fn as unknown) === node) return true;
  return bound.bindings.has(name) || CONSTANTS.has(name);
}
