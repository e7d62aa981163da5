import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { endNode } from '../nodes/end.node.js';
import { advance, firstPosition, nodeAt, type Position } from './advance.js';

function node(key: string, branches: Record<string, CompiledNode[]> = {}): CompiledNode {
  return { key, type: 'any', definition: endNode, config: {}, branches };
}

/** The keys met when every node takes the branch `true`. */
function walk(nodes: readonly CompiledNode[]): string[] {
  const keys: string[] = [];
  let position: Position | null = firstPosition(nodes);
  while (position !== null) {
    keys.push(nodeAt(position).key);
    position = advance(position, { kind: 'branch', name: 'true' });
  }
  return keys;
}

function preorder(nodes: readonly CompiledNode[]): string[] {
  return nodes.flatMap((each) => [each.key, ...preorder(each.branches['true'] ?? [])]);
}

describe('advance', () => {
  it('has no first position in an empty tree', () => {
    expect(firstPosition([])).toBeNull();
  });

  it('goes from sibling to sibling and then ends', () => {
    const first = firstPosition([node('a'), node('b')]) as Position;
    const second = advance(first, { kind: 'next' }) as Position;
    expect(nodeAt(second).key).toBe('b');
    expect(advance(second, { kind: 'next' })).toBeNull();
  });

  it('goes on after the branching node when a nested branch is done', () => {
    const inner = node('inner', { true: [node('leaf')] });
    expect(walk([node('outer', { true: [inner] }), node('after')])).toEqual(['outer', 'inner', 'leaf', 'after']);
  });

  it('goes to the next sibling when the branch is empty or unknown', () => {
    const start = firstPosition([node('a', { true: [] }), node('b')]) as Position;
    for (const name of ['true', 'false', 'constructor', '__proto__']) {
      const next = advance(start, { kind: 'branch', name }) as Position;
      expect(nodeAt(next).key).toBe('b');
    }
  });

  it('visits every node of any tree once, in the order of the document', () => {
    const tree = fc.letrec<{ tree: CompiledNode[] }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constant<CompiledNode[]>([]),
        fc.array(
          fc.record({ key: fc.uuid(), below: tie('tree') }).map(({ key, below }) => node(key, { true: below })),
          { maxLength: 4 },
        ),
      ),
    })).tree;
    fc.assert(
      fc.property(tree, (nodes) => expect(walk(nodes)).toEqual(preorder(nodes))),
      { numRuns: 50 },
    );
  });
});
