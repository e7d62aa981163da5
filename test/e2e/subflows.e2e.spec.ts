import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { eventually } from '../support/eventually.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';

let hookmill: Hookmill;

beforeAll(async () => {
  hookmill = await startHookmill({ redis: true, workers: 2 });
}, 120_000);
afterAll(() => hookmill?.stop(), 60_000);

const output = (value: Json) => ({ key: 'out', type: 'output', config: { value } });
const subflow = (workflow: string, data: Json) => ({
  key: 'sub',
  type: 'subflow',
  config: { workflow, context: { data } },
});
const math = (expression: string) => ({ engine: 'math.js', expression });

const apply = (key: string, mode: 'sync' | 'async', nodes: Json) =>
  hookmill.apply({ key, enabled: true, trigger: { type: 'webhook', mode }, nodes });

async function send(key: string, data: Json, headers: Record<string, string> = {}) {
  const answer = await fetch(`${hookmill.gatewayUrls[0]}/api/webhooks/${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(data),
  });
  return { status: answer.status, text: await answer.text(), id: answer.headers.get('x-execution-id')! };
}

async function ended(id: string): Promise<JsonObject> {
  const { body } = await eventually(
    () => hookmill.api('GET', `/executions/${id}`),
    ({ body: { endedAt } }) => typeof endedAt === 'string',
    20_000,
  );
  return body;
}

describe('the sender of a sync workflow that calls others', () => {
  beforeAll(async () => {
    await apply('add-tax', 'sync', [
      { key: 'sum', type: 'calculation', config: math('{{$context.data}} * 1.5') },
      output('{{$jobsMapByNodeKey.sum}}'),
    ]);
    await apply('price', 'sync', [
      subflow('add-tax', '{{$context.data}}'),
      output({ total: '{{$jobsMapByNodeKey.sub}}' }),
    ]);
    await apply('refuse', 'sync', [{ type: 'end', config: { endStatus: 'failed' } }]);
    await apply('quote', 'sync', [
      {
        key: 'each',
        type: 'loop',
        config: { target: 2 },
        branches: { body: [subflow('price', '{{$context.data.amount}}')] },
      },
      { type: 'response', config: { status: 201, body: { price: '{{$jobsMapByNodeKey.sub}}' } } },
    ]);
    await apply('doomed', 'sync', [subflow('refuse', null)]);
  }, 60_000);

  it('gets what the children of its execution, and theirs, came to', async () => {
    const answers = await Promise.all([10, 20, 30].map((amount) => send('quote', { amount })));
    expect(answers.map(({ status, text }) => [status, JSON.parse(text)])).toEqual(
      [15, 30, 45].map((total) => [201, { price: { total } }]),
    );
  }, 60_000);

  it('gets the same answer at each delivery, from one execution', async () => {
    const headers = { 'idempotency-key': 'quote-1' };
    const answers = await Promise.all([1, 2, 3].map(() => send('quote', { amount: 2 }, headers)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.map(({ status, text }) => [status, JSON.parse(text)])).toEqual(
      answers.map(() => [201, { price: { total: 3 } }]),
    );
  }, 60_000);

  it('gets 500 when a child failed, and the next delivery is a new try', async () => {
    const headers = { 'idempotency-key': 'doomed-1' };
    const first = await send('doomed', {}, headers);
    const second = await send('doomed', {}, headers);
    expect([first.status, second.status]).toEqual([500, 500]);
    expect(second.id).not.toBe(first.id);
    expect(await ended(first.id)).toMatchObject({ status: 'failed', error: { code: 'child_failed' } });
  }, 60_000);
});

describe('a call that a workflow intercepts', () => {
  it('waits for the subflow that the workflow asks', async () => {
    const fields: Json = [{ name: 'amount', type: 'integer' }];
    await hookmill.api('PUT', '/collections/orders', { title: 'Orders', fields });
    await apply('judge', 'sync', [
      { key: 'small', type: 'calculation', config: math('{{$context.data}} < 100') },
      output('{{$jobsMapByNodeKey.small}}'),
    ]);
    const refuse = [{ type: 'end', config: { endStatus: 'failed' } }];
    const nodes: Json = [
      subflow('judge', '{{$context.params.values.amount}}'),
      { type: 'condition', config: math('{{$jobsMapByNodeKey.sub}}'), branches: { false: refuse } },
    ];
    const trigger = { type: 'request-interception', collection: 'orders', actions: ['create'], global: true };
    const applied = await hookmill.api('PUT', '/workflows/ask-first', { enabled: true, trigger, nodes });
    expect(applied.status).toBe(201);
    const create = async (amount: number) =>
      (await hookmill.api('POST', '/collections/orders/records', { amount })).status;
    expect([await create(5), await create(500)]).toEqual([201, 400]);
  }, 60_000);
});

describe('a retry from a node', () => {
  it('goes on in the round of the loop that failed, and runs the parallel around it anew', async () => {
    await apply('half', 'async', [
      { type: 'condition', config: { rejectOnFalse: true, ...math('{{$context.data}} != 2') } },
      output('{{$context.data}}'),
    ]);
    const fork = { key: 'fork', type: 'parallel', branches: { a: [subflow('half', '{{$scopes.each.item}}')], b: [] } };
    const seen = {
      key: 'seen',
      type: 'variable',
      config: { target: 'list', value: ['{{$jobsMapByNodeKey.list}}', '{{$jobsMapByNodeKey.sub}}'] },
    };
    const nodes = [
      { key: 'list', type: 'variable', config: { value: 0 } },
      { key: 'each', type: 'loop', config: { target: [1, 2, 3] }, branches: { body: [fork, seen] } },
      output('{{$jobsMapByNodeKey.list}}'),
    ];
    await apply('rounds', 'async', nodes as Json);
    const { id } = await send('rounds', {});
    expect(await ended(id)).toMatchObject({ status: 'failed' });
    await apply('half', 'async', [output({ again: '{{$context.data}}' })]);
    const retried = await hookmill.api('POST', `/executions/${id}/retry`, { from: 'sub' });
    expect(retried.status).toBe(201);
    const again = await ended(String((retried.body as JsonObject)['id']));
    expect(again).toMatchObject({ status: 'resolved', output: [[[0, 1], { again: 2 }], { again: 3 }] });
    const children = await hookmill.api('GET', '/executions?workflow=half');
    expect(children.body['items']).toHaveLength(4);
  }, 60_000);

  it('does not do again what went well in another branch of the parallel', async () => {
    await apply('slow', 'async', [
      { type: 'delay', config: { duration: 1 } },
      { type: 'end', config: { endStatus: 'failed' } },
    ]);
    await apply('charge', 'async', [output('charged')]);
    const first = { key: 'first', type: 'output', config: { value: 1 } };
    const charge = { ...subflow('charge', 1), key: 'charge' };
    const fork = { key: 'fork', type: 'parallel', branches: { a: [subflow('slow', 1)], b: [first, charge] } };
    await apply('pay', 'async', [fork, output('{{$jobsMapByNodeKey.charge}}')] as Json);
    const { id } = await send('pay', {});
    expect(await ended(id)).toMatchObject({ status: 'failed' });
    await apply('slow', 'async', []);
    const retried = await hookmill.api('POST', `/executions/${id}/retry`, { from: 'sub' });
    const again = await ended(String((retried.body as JsonObject)['id']));
    expect(again).toMatchObject({ status: 'resolved', output: 'charged' });
    expect((await hookmill.api('GET', '/executions?workflow=charge')).body['items']).toHaveLength(1);
  }, 60_000);
});
