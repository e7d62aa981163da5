import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { outputNode } from './output.node.js';

describe('output', () => {
  it('hands out the rendered value', async () => {
    const config = { value: { sum: '{{$jobsMapByNodeKey.sum}}' } };
    expect(await runNode(outputNode, { config, results: { sum: 3 } })).toEqual({ kind: 'output', value: { sum: 3 } });
  });

  it('hands out null when the template finds nothing', async () => {
    expect(await runNode(outputNode, { config: { value: '{{$context.absent}}' } })).toEqual({
      kind: 'output',
      value: null,
    });
  });
});
