import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { fakeData } from '../testing/fake-data.js';
import { runNode } from '../testing/run-node.js';
import { queryNode } from './query.node.js';

async function query(config: JsonObject, answer: Json | Error = [], context: Json = {}) {
  const data = fakeData(answer);
  const outcome = await runNode(queryNode, { config: { collection: 'orders', ...config }, context, ports: { data } });
  return { outcome, asked: data.asked[0] };
}

describe('query', () => {
  it('gives the first record, and asks for no more than that', async () => {
    const config = { filter: { a: { $eq: '{{$context.a}}' } }, sort: ['-a'], page: 4, pageSize: 50 };
    const { outcome, asked } = await query(config, [{ id: 1 }], { a: { $ne: 1 } });
    expect(outcome).toEqual({ kind: 'done', result: { id: 1 } });
    const filter = { a: { $eq: { $value: { $ne: 1 } } } };
    expect(asked).toEqual({ collection: 'orders', filter, sort: ['-a'], page: 1, pageSize: 1 });
  });

  it('gives null without a record, and an empty list where more are asked for', async () => {
    expect((await query({})).outcome).toEqual({ kind: 'done', result: null });
    expect((await query({ multiple: true })).outcome).toEqual({ kind: 'done', result: [] });
  });

  it('gives the first page of 20 when nothing else is said', async () => {
    const { outcome, asked } = await query({ multiple: true }, [{ id: 1 }, { id: 2 }]);
    expect(outcome).toEqual({ kind: 'done', result: [{ id: 1 }, { id: 2 }] });
    expect(asked).toEqual({ collection: 'orders', filter: {}, sort: [], page: 1, pageSize: 20 });
  });

  it('takes the page from a template, as number or text', async () => {
    const config = { multiple: true, page: '{{$context.page}}', pageSize: '{{$context.size}}' };
    expect((await query(config, [], { page: '3', size: 5 })).asked).toMatchObject({ page: 3, pageSize: 5 });
    expect((await query(config, [], {})).asked).toMatchObject({ page: 1, pageSize: 20 });
  });

  it.each<Json>([0, -1, 1.5, '1.5', 'two', '1e3', 1001, {}, true])('refuses %j records a page', async (size) => {
    const asking = query({ multiple: true, pageSize: '{{$context.size}}' }, [], { size });
    await expect(asking).rejects.toMatchObject({ code: 'invalid_page' });
  });

  it('fails when told to and nothing matches', async () => {
    const single = (await query({ failOnEmpty: true })).outcome;
    expect(single).toMatchObject({ kind: 'fail', status: 'failed', error: { code: 'no_records' }, result: null });
    const many = (await query({ failOnEmpty: true, multiple: true })).outcome;
    expect(many).toMatchObject({ kind: 'fail', status: 'failed', result: [] });
    expect((await query({ failOnEmpty: true }, [{ id: 1 }])).outcome.kind).toBe('done');
  });

  it('hands on what is wrong with the question', async () => {
    const unknown = new EngineError('unknown_collection', 'There is no collection "orders".');
    await expect(query({}, unknown)).rejects.toBe(unknown);
  });
});
