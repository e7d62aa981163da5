import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { endNode } from './end.node.js';

describe('end', () => {
  it('ends as resolved when nothing is said', async () => {
    expect(await runNode(endNode, { config: {} })).toEqual({ kind: 'end', status: 'resolved', result: null });
  });

  it('ends as failed when told so', async () => {
    expect(await runNode(endNode, { config: { endStatus: 'failed' } })).toMatchObject({ status: 'failed' });
  });
});
