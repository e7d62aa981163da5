import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { eventually } from '../support/eventually.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';

let hookmill: Hookmill;

beforeAll(async () => {
  hookmill = await startHookmill({ redis: true, workers: 2 });
  const fields: Json = [
    { name: 'title', type: 'string' },
    { name: 'amount', type: 'integer' },
    { name: 'dueAt', type: 'datetime', index: true },
  ];
  await created('PUT', '/collections/orders', { title: 'Orders', fields });
}, 120_000);
afterAll(() => hookmill?.stop(), 60_000);

const output = (value: Json) => ({ key: 'out', type: 'output', config: { value } });

async function created(method: string, path: string, body: Json): Promise<JsonObject> {
  const answer = await hookmill.api(method, path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Stores a workflow, switched on. Triggers other than webhooks are in force with the answer. */
const apply = (key: string, trigger: JsonObject, nodes: Json, more: JsonObject = {}) =>
  created('PUT', `/workflows/${key}`, { enabled: true, trigger, nodes, ...more });

const switchOff = (key: string) => hookmill.api('POST', `/workflows/${key}/disable`);

/** The ended executions of a workflow, oldest first, once there are `count`. */
async function endings(key: string, count: number, timeoutMs?: number): Promise<JsonObject[]> {
  const { body } = await eventually(
    () => hookmill.api('GET', `/executions?workflow=${key}`),
    ({ body: { items } }) => (items as JsonObject[]).filter(({ endedAt }) => endedAt !== null).length >= count,
    timeoutMs,
  );
  const ids = (body.items as JsonObject[]).map(({ id }) => String(id)).reverse();
  return Promise.all(ids.map(async (id) => (await hookmill.api('GET', `/executions/${id}`)).body));
}

describe('a schedule', () => {
  it('starts one execution a time over two workers, and stops at its limit', async () => {
    await apply('tick', { type: 'schedule', repeat: 'every 1s', limit: 3 }, [output('{{$context.date}}')]);
    const runs = await endings('tick', 3, 30_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await endings('tick', 3)).toHaveLength(3);
    const dates = runs.map(({ output: date }) => Date.parse(String(date)));
    expect(new Set(dates).size).toBe(3);
    for (const { status, context, output: date } of runs) {
      expect([status, context]).toEqual(['resolved', { date }]);
    }
  }, 60_000);

  it('starts when the date of a record comes', async () => {
    const dateField = { collection: 'orders', field: 'dueAt', offset: '1h', when: 'before' };
    await apply('due', { type: 'schedule', dateField }, [output('{{$context.data.title}}')]);
    const dueAt = new Date(Date.now() + 3_600_000 + 3_000).toISOString();
    await created('POST', '/collections/orders/records', { title: 'soon', dueAt });
    await created('POST', '/collections/orders/records', { title: 'past', dueAt: new Date().toISOString() });
    const [run] = await endings('due', 1, 30_000);
    expect(run).toMatchObject({
      output: 'soon',
      context: { date: new Date(Date.parse(dueAt) - 3_600_000).toISOString() },
    });
    expect(await endings('due', 1)).toHaveLength(1);
    await switchOff('due');
  }, 60_000);
});

describe('a collection', () => {
  it('starts workflows with the records that calls and nodes write, and not without end', async () => {
    const trigger = { type: 'collection', collection: 'orders', events: ['created'], filter: { amount: { $gt: 10 } } };
    const copy = {
      key: 'copy',
      type: 'create',
      config: { collection: 'orders', values: { title: 'copy', amount: 99 } },
    };
    await apply('grow', trigger, [copy]);
    await apply('watch', trigger, [output('{{$context.data.title}}')]);
    await created('POST', '/collections/orders/records', { title: 'small', amount: 1 });
    await created('POST', '/collections/orders/records', { title: 'large', amount: 11 });
    const watched = await endings('watch', 2);
    expect(watched.map(({ output: title }) => title)).toEqual(['large', 'copy']);
    expect(await endings('grow', 1)).toMatchObject([{ status: 'resolved' }]);
    await Promise.all(['grow', 'watch'].map(switchOff));
  }, 60_000);

  it('tells what changed, and what was', async () => {
    const trigger = { type: 'collection', collection: 'orders', events: ['updated', 'deleted'], changed: ['title'] };
    await apply('changes', trigger, [output('{{$context.event}}')]);
    const { id } = await created('POST', '/collections/orders/records', { title: 'a', amount: 1 });
    await created('PATCH', `/collections/orders/records/${Number(id)}`, { amount: 2 });
    await created('PATCH', `/collections/orders/records/${Number(id)}`, { title: 'b' });
    await hookmill.api('DELETE', `/collections/orders/records/${Number(id)}`);
    const contexts = (await endings('changes', 2)).map(({ context }) => context);
    expect(contexts).toMatchObject([
      { event: 'updated', changed: ['title'], data: { title: 'b', amount: 2 }, previous: { title: 'a' } },
      { event: 'deleted', data: { title: 'b' } },
    ]);
    await switchOff('changes');
  }, 60_000);
});

describe('calls for records', () => {
  const limit: Json = [
    {
      type: 'condition',
      config: { calculation: { calculator: 'gt', operands: ['{{$context.params.values.amount}}', 1000] } },
      branches: {
        true: [
          { type: 'response-message', config: { message: '{{$context.params.values.amount}} is too much.' } },
          { type: 'end', config: { endStatus: 'failed' } },
        ],
        false: [],
      },
    },
  ];

  it('are refused by a workflow that intercepts them, and nothing is written', async () => {
    await apply(
      'limit',
      { type: 'request-interception', collection: 'orders', actions: ['create'], global: true },
      limit,
    );
    const refused = await hookmill.api('POST', '/collections/orders/records', { title: 'huge', amount: 2000 });
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { code: 'intercepted', errors: [{ message: '2000 is too much.' }] },
    ]);
    await created('POST', '/collections/orders/records', { title: 'fine', amount: 20 });
    const filter = encodeURIComponent(JSON.stringify({ title: { $in: ['huge', 'fine'] } }));
    const { body } = await hookmill.api('GET', `/collections/orders/records?filter=${filter}`);
    expect(body.items).toMatchObject([{ title: 'fine' }]);
    await switchOff('limit');
  }, 60_000);

  it('are taken over by one that ends well: 200, and nothing is written', async () => {
    const nodes = [{ type: 'end', config: {} }];
    await apply('keep', { type: 'request-interception', collection: 'orders' }, nodes);
    const { id } = await created('POST', '/collections/orders/records', { title: 'kept' });
    const path = `/collections/orders/records/${Number(id)}`;
    const answer = await hookmill.api('DELETE', `${path}?triggerWorkflows=keep`);
    expect([answer.status, answer.body]).toMatchObject([200, { intercepted: true, workflow: 'keep' }]);
    expect((await hookmill.api('GET', path)).status).toBe(200);
  }, 60_000);

  it('start workflows after them', async () => {
    await apply('after', { type: 'action', collection: 'orders', actions: ['create'] }, [output('{{$context.user}}')]);
    await created('POST', '/collections/orders/records?triggerWorkflows=after', { title: 'act' });
    await created('POST', '/collections/orders/records', { title: 'do not act' });
    expect(await endings('after', 1)).toMatchObject([{ output: 'bootstrap', context: { data: { title: 'act' } } }]);
  }, 60_000);

  it('start them on demand, and are answered by sync ones', async () => {
    const nodes = [
      { type: 'response-message', config: { message: 'Reminded {{$context.data.title}}.' } },
      output('{{$context.roleName}}'),
    ];
    await apply('remind', { type: 'custom-action', mode: 'sync', records: 'single', collection: 'orders' }, nodes);
    const { id } = await created('POST', '/collections/orders/records', { title: 'Ann' });
    const path = `/collections/orders/records/${Number(id)}/trigger?triggerWorkflows=remind`;
    const answer = await hookmill.api('POST', path);
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { items: [{ workflowKey: 'remind', status: 'resolved', messages: ['Reminded Ann.'], output: 'admin' }] },
    ]);
    expect((await hookmill.api('POST', path.replace('remind', 'nobody'))).status).toBe(404);
    await apply('plain', { type: 'custom-action' }, [output('{{$context.data.a}}')]);
    expect((await hookmill.api('POST', '/workflows/plain/trigger', { data: { a: 7 } })).status).toBe(202);
    expect(await endings('plain', 1)).toMatchObject([{ output: 7 }]);
  }, 60_000);

  it('submit records for approval', async () => {
    await apply('approve', { type: 'approval', collection: 'orders' }, [output('{{$context.applicant}}')]);
    const { id } = await created('POST', '/collections/orders/records', { title: 'expense' });
    const path = `/collections/orders/records/${Number(id)}/approvals`;
    const answer = await hookmill.api('POST', path, { workflow: 'approve', comment: 'please' });
    expect([answer.status, answer.body]).toMatchObject([202, { workflowKey: 'approve' }]);
    const run = { output: 'bootstrap', context: { data: { title: 'expense' }, comment: 'please' } };
    expect(await endings('approve', 1)).toMatchObject([run]);
  }, 60_000);
});

describe('a workflow without a webhook', () => {
  it('has no URL, and runs by hand with the context as it is given', async () => {
    await apply('by-hand', { type: 'manual' }, [output('{{$context.n}}')]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const url = `${hookmill.gatewayUrls[0]}/api/webhooks/by-hand`;
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    const run = await created('POST', '/workflows/by-hand/execute', { context: { n: 5 } });
    expect(run).toMatchObject({ status: 'resolved', output: 5, context: { n: 5 } });
  }, 60_000);

  it('runs by hand whatever its trigger is', async () => {
    await apply('yearly', { type: 'schedule', repeat: '0 0 1 1 *' }, [output('{{$context.date}}')]);
    const run = await created('POST', '/workflows/yearly/execute', { context: { date: '2030-01-01T00:00:00.000Z' } });
    expect(run).toMatchObject({ status: 'resolved', output: '2030-01-01T00:00:00.000Z' });
  }, 60_000);
});

describe('the catalogue', () => {
  it('shows every trigger with its schema, its context and examples', async () => {
    const { body } = await hookmill.api('GET', '/triggers');
    const types = 'webhook schedule collection action custom-action request-interception approval manual'.split(' ');
    expect((body.items as JsonObject[]).map(({ type }) => type)).toEqual(types);
    for (const { context, configSchema, examples } of body.items as JsonObject[]) {
      expect([typeof context, (configSchema as JsonObject).type, (examples as Json[]).length > 1]).toEqual([
        'string',
        'object',
        true,
      ]);
    }
  });
});
