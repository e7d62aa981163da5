import type { CompiledNode } from '../contract/compiled-workflow.js';

/** A place in the tree of nodes: one list, an index in it, and where to go on when the list is done. */
export interface Position {
  readonly nodes: readonly CompiledNode[];
  readonly index: number;
  readonly parent: Position | null;
}

/** What a settled visit asks for: the next sibling, or a branch of the node by name. */
export type Move = { kind: 'next' } | { kind: 'branch'; name: string };

/** The first node to visit, null when there is none. */
export function firstPosition(nodes: readonly CompiledNode[]): Position | null {
  return nodes.length === 0 ? null : { nodes, index: 0, parent: null };
}

/** The node at a position. Positions come only from {@link firstPosition} and {@link advance}, so there is one. */
export function nodeAt(position: Position): CompiledNode {
  const node = position.nodes[position.index];
  if (node === undefined) throw new RangeError(`no node at index ${position.index}`);
  return node;
}

/**
 * Where to go after the node at `position`; null when the tree is done. A branch that the node does not have, or an
 * empty one, goes on to the next sibling; the end of a list goes on after the node that owns it, however deep.
 */
export function advance(position: Position, move: Move): Position | null {
  if (move.kind === 'branch') {
    const branch = branchOf(nodeAt(position), move.name);
    if (branch.length > 0) return { nodes: branch, index: 0, parent: position };
  }
  let at: Position | null = position;
  while (at !== null && at.index + 1 >= at.nodes.length) at = at.parent;
  return at === null ? null : { ...at, index: at.index + 1 };
}

function branchOf(node: CompiledNode, name: string): readonly CompiledNode[] {
  return Object.hasOwn(node.branches, name) ? (node.branches[name] ?? []) : [];
}
