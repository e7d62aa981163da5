import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { fakeData } from '../testing/fake-data.js';
import { runNode } from '../testing/run-node.js';
import { aggregateNode } from './aggregate.node.js';

async function aggregate(config: JsonObject, answer: Json) {
  const data = fakeData(answer);
  const outcome = await runNode(aggregateNode, { config: { collection: 'orders', ...config }, ports: { data } });
  return { outcome, asked: data.asked[0] };
}

describe('aggregate', () => {
  it('asks for what the config says', async () => {
    const config = { aggregator: 'sum', field: 'amount', filter: { a: { $eq: 1 } }, distinct: true };
    const { asked } = await aggregate(config, 5);
    const filter = { a: { $eq: { $value: 1 } } };
    expect(asked).toEqual({ collection: 'orders', aggregator: 'sum', field: 'amount', filter, distinct: true });
  });

  it('counts records without a field', async () => {
    const { asked, outcome } = await aggregate({ aggregator: 'count' }, 3);
    expect(asked).toEqual({ collection: 'orders', aggregator: 'count', field: null, filter: {}, distinct: false });
    expect(outcome).toEqual({ kind: 'done', result: 3 });
  });

  it.each<[number, number | undefined, number]>([
    [1.005, undefined, 1.01],
    [-1.005, 2, -1.01],
    [2.5, 0, 3],
    [1 / 3, 14, 0.33333333333333],
    [1e21, 2, 1e21],
    [1e-9, 2, 0],
  ])('rounds %d to %p decimals', async (value, precision, expected) => {
    const config: JsonObject = {
      aggregator: 'avg',
      field: 'amount',
      ...(precision === undefined ? {} : { precision }),
    };
    expect((await aggregate(config, value)).outcome).toEqual({ kind: 'done', result: expected });
  });

  it('rounds what is too long for a number, and keeps it as text only when it stays so', async () => {
    const averaged = await aggregate({ aggregator: 'avg', field: 'amount' }, '0.33333333333333333333');
    expect(averaged.outcome).toEqual({ kind: 'done', result: 0.33 });
    const summed = await aggregate({ aggregator: 'sum', field: 'amount' }, '12345678901234567890.125');
    expect(summed.outcome).toEqual({ kind: 'done', result: '12345678901234567890.13' });
  });

  it('is 0 over no records', async () => {
    expect((await aggregate({ aggregator: 'max', field: 'amount' }, null)).outcome).toEqual({
      kind: 'done',
      result: 0,
    });
  });

  it('gives the least and greatest text as text', async () => {
    const { outcome } = await aggregate({ aggregator: 'min', field: 'createdAt' }, '2026-01-02T03:04:05.000Z');
    expect(outcome).toEqual({ kind: 'done', result: '2026-01-02T03:04:05.000Z' });
  });
});
