import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { destroyNode } from './destroy.node.js';

const config = { collection: 'customers', filter: { email: { $eq: '{{$context.data.email}}' } } };

describe('destroy', () => {
  it('resolves with the number of records', async () => {
    const outcome = await runNode(destroyNode, { config, context: { data: { email: 'a@b.c' } } });
    if (outcome.kind !== 'write') throw new Error(outcome.kind);
    expect(outcome.settle(2)).toEqual({ kind: 'done', result: 2 });
  });

  it('destroys nothing more because a payload holds operators', async () => {
    const outcome = await runNode(destroyNode, { config, context: { data: { email: { $ne: '' } } } });
    expect(outcome).toMatchObject({ write: { filter: { email: { $eq: { $value: { $ne: '' } } } } } });
  });

  it('destroys nothing when the filter misses a value', async () => {
    await expect(runNode(destroyNode, { config, context: { data: {} } })).rejects.toMatchObject({
      code: 'filter_value',
    });
  });
});
