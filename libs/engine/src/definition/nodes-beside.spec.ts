import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { nodeRegistry } from '../nodes/index.js';
import { nodesBeside } from './nodes-beside.js';

const output = (key: string) => ({ key, type: 'output', config: { value: 1 } });
const within = (key: string, type: string, branches: Record<string, Json>) => ({ key, type, branches });
const inner = within('inner', 'parallel', { x: [output('x')], y: [output('y'), output('y2')] });
const each = within('each', 'loop', { body: [inner, output('after')] });
const nodes: Json = [
  output('first'),
  within('outer', 'parallel', { a: [each], b: [output('b')], c: [] }),
  output('last'),
];

describe('nodesBeside', () => {
  it.each<[string, [string, number][]]>([
    [
      'x',
      [
        ['y', 1],
        ['y2', 1],
        ['b', 0],
      ],
    ],
    ['after', [['b', 0]]],
    [
      'b',
      [
        ['each', 0],
        ['inner', 0],
        ['x', 0],
        ['y', 0],
        ['y2', 0],
        ['after', 0],
      ],
    ],
    ['outer', []],
    ['last', []],
    ['nobody', []],
  ])('of %s are the nodes in other branches of the parallels around it', (key, beside) => {
    expect([...nodesBeside(nodes, key, nodeRegistry)]).toEqual(beside);
  });
});
