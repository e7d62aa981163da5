import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { updateNode } from './update.node.js';

const config = {
  collection: 'orders',
  filter: { number: { $eq: '{{$context.data.id}}' } },
  values: { status: 'paid' },
};

describe('update', () => {
  it('resolves with the number of records, also when it is 0', async () => {
    const outcome = await runNode(updateNode, { config, context: { data: { id: 7 } } });
    if (outcome.kind !== 'write') throw new Error(outcome.kind);
    expect(outcome.settle(3)).toEqual({ kind: 'done', result: 3 });
    expect(outcome.settle(0)).toEqual({ kind: 'done', result: 0 });
  });

  it('leaves a field alone whose template finds nothing', async () => {
    const values = { status: '{{$context.data.status}}', note: null };
    const outcome = await runNode(updateNode, { config: { ...config, values }, context: { data: { id: 7 } } });
    if (outcome.kind !== 'write' || outcome.write.kind !== 'update_records') throw new Error(outcome.kind);
    expect(outcome.write.values).toEqual({ note: null });
  });

  it('is an error when the filter misses a value', async () => {
    await expect(runNode(updateNode, { config, context: { data: {} } })).rejects.toMatchObject({
      code: 'filter_value',
    });
  });
});
