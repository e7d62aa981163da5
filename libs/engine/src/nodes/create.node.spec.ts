import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { createNode } from './create.node.js';

describe('create', () => {
  it('asks for a record of the rendered values', async () => {
    const config = {
      collection: 'orders',
      values: { number: '{{$context.data.id}}', tags: ['{{$context.data.tag}}'] },
    };
    const outcome = await runNode(createNode, { config, context: { data: { id: 7, tag: 'new' } } });
    expect(outcome).toMatchObject({
      kind: 'write',
      write: { kind: 'create_record', collection: 'orders', values: { number: 7, tags: ['new'] } },
    });
  });

  it('has the record as stored as its result', async () => {
    const outcome = await runNode(createNode, { config: { collection: 'orders' } });
    if (outcome.kind !== 'write') throw new Error(outcome.kind);
    expect(outcome.settle({ id: 1, status: 'new' })).toEqual({ kind: 'done', result: { id: 1, status: 'new' } });
  });

  it('writes what a payload holds as it is, templates and operators included', async () => {
    const data = { $set: { a: 1 }, text: '{{$env.TOKEN}}', __proto__: null };
    const config = { collection: 'inbox', values: { body: '{{$context.data}}' } };
    const outcome = await runNode(createNode, { config, context: { data }, env: { TOKEN: 'hunter22' } });
    expect(outcome).toMatchObject({ write: { values: { body: { $set: { a: 1 }, text: '{{$env.TOKEN}}' } } } });
  });
});
