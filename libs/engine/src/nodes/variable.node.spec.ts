import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { runNode } from '../testing/run-node.js';
import { variableNode } from './variable.node.js';

describe('variable', () => {
  it('declares under its own key', async () => {
    const outcome = await runNode(variableNode, { config: { value: 0 }, node: { key: 'total' } });
    expect(outcome).toEqual({ kind: 'assign', target: 'total', value: 0 });
  });

  it('declares null without a value, or when the template finds nothing', async () => {
    for (const config of [{}, { value: '{{$context.absent}}' }] as JsonObject[]) {
      expect(await runNode(variableNode, { config })).toMatchObject({ value: null });
    }
  });

  it('assigns to its target and keeps the type of the value', async () => {
    const config = { target: 'total', value: '{{$context.list}}' };
    const outcome = await runNode(variableNode, { config, context: { list: [1, { a: 2 }] } });
    expect(outcome).toEqual({ kind: 'assign', target: 'total', value: [1, { a: 2 }] });
  });
});
