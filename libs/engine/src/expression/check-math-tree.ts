import type { AccessorNode, AssignmentNode, FunctionAssignmentNode, FunctionNode, MathNode, SymbolNode } from 'mathjs';
import { REFUSED_FUNCTIONS } from './math-limits.js';

/**
 * Looks for what an expression may not do: use a refused function, change a value of the scope in place, define a
 * function that is not handed to another at once, call a method, or recurse. Each would let a short expression change
 * what other nodes see, or never end.
 *
 * @returns the first reason, or null.
 */
export function checkMathTree(tree: MathNode): string | null {
  const defined = new Set<string>();
  tree.traverse((node) => {
    if (node.type === 'FunctionAssignmentNode') defined.add((node as FunctionAssignmentNode).name);
  });
  let reason: string | null = null;
  tree.traverse((node, _path, parent) => {
    reason ??= reasonAgainst(node, parent, defined);
  });
  return reason;
}

function reasonAgainst(node: MathNode, parent: MathNode | null, defined: ReadonlySet<string>): string | null {
  switch (node.type) {
    case 'SymbolNode':
      return refusedName((node as SymbolNode).name, defined);
    case 'FunctionNode':
      return refusedCall(node as FunctionNode);
    case 'AssignmentNode':
      return refusedAssignment(node as AssignmentNode);
    case 'FunctionAssignmentNode':
      return refusedDefinition(node as FunctionAssignmentNode, parent);
    default:
      return null;
  }
}

function refusedName(name: string, defined: ReadonlySet<string>): string | null {
  if (REFUSED_FUNCTIONS.has(name)) return `"${name}" is not available in expressions`;
  return defined.has(name) ? `"${name}" may not be used again: a function is written where it is handed over` : null;
}

function refusedCall(node: FunctionNode): string | null {
  const callee = node.fn as unknown as MathNode;
  if (callee.type !== 'SymbolNode') return 'methods cannot be called';
  const { name } = callee as SymbolNode;
  return name === 'subset' && node.args.length > 2 ? 'subset cannot change a value here' : null;
}

function refusedAssignment(node: AssignmentNode): string | null {
  const target = node.object as SymbolNode | AccessorNode;
  return target.type === 'SymbolNode' && (node.index ?? null) === null
    ? null
    : 'values of the workflow cannot be changed in place';
}

function refusedDefinition(node: FunctionAssignmentNode, parent: MathNode | null): string | null {
  if (parent?.type !== 'FunctionNode')
    return 'a function can only be written as an argument, as in map(list, f(x) = x * 2)';
  let calls: string | null = null;
  node.expr.traverse((inner) => {
    if (inner.type === 'FunctionNode' && node.params.includes((inner as FunctionNode).fn.name)) {
      calls = 'a function cannot call what it is handed';
    }
  });
  return calls;
}
