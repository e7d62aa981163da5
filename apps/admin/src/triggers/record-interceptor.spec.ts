import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';
import { workOff, type FakeEnding } from '../testing/work-off.js';

const RECORDS = '/api/v1/collections/orders/records';
const end = { type: 'end', status: 'resolved' as const, result: null };
const message = (text: string) => ({ type: 'response-message', status: 'resolved' as const, result: text });

describe('workflows around record actions', () => {
  let test: TestAdmin;
  let endings: Record<string, FakeEnding | null>;
  let stop: () => void;

  beforeEach(async () => {
    test = await startTestAdmin();
    endings = {};
    stop = workOff(test, ({ workflowKey }) => (workflowKey in endings ? endings[workflowKey]! : {}));
    const fields = [{ name: 'number', type: 'integer' }];
    await test.call('PUT', '/api/v1/collections/orders', { body: { title: 'Orders', fields } });
  });
  afterEach(async () => {
    stop();
    await test.close();
  });

  async function apply(key: string, trigger: object): Promise<void> {
    const body = { enabled: true, trigger: { collection: 'orders', ...trigger }, nodes: [] };
    const { status, text } = await test.call('PUT', `/api/v1/workflows/${key}`, { body });
    if (status !== 201) throw new Error(text);
  }

  const intercepting = (key: string, more: object = {}) => apply(key, { type: 'request-interception', ...more });
  const acting = (key: string, more: object = {}) => apply(key, { type: 'action', ...more });
  const create = (query = '') => test.call('POST', `${RECORDS}${query}`, { as: 'editor', body: { number: 7 } });
  const ran = () => test.storage.executionRows.map(({ workflowKey }) => workflowKey);
  const stored = async () => (await test.call('GET', RECORDS)).json.items.length as number;

  it('let a call go on that no workflow prevents, and see who asks for what', async () => {
    await intercepting('check', { global: true });
    expect((await create()).status).toBe(201);
    expect(test.storage.executionRows[0]?.input).toEqual({
      user: 'editor',
      roleName: 'editor',
      action: 'create',
      params: { filterByTk: null, values: { number: 7 } },
    });
    await test.call('PATCH', `${RECORDS}/1`, { body: { number: 8 } });
    await test.call('DELETE', `${RECORDS}/1`);
    const inputs = test.storage.executionRows.slice(1).map(({ input }) => input);
    expect(inputs).toMatchObject([
      { action: 'update', params: { filterByTk: '1', values: { number: 8 } } },
      { action: 'destroy', params: { filterByTk: '1', values: null } },
    ]);
  });

  it('take a call over with an end node: 200, and nothing is written', async () => {
    await intercepting('check', { global: true });
    await create();
    endings.check = { nodeRuns: [message('not needed'), end] };
    const answers = [await create(), await test.call('PATCH', `${RECORDS}/1`, { body: { number: 8 } })];
    answers.push(await test.call('DELETE', `${RECORDS}/1`));
    for (const { status, json } of answers) {
      expect([status, json]).toMatchObject([200, { intercepted: true, workflow: 'check', messages: ['not needed'] }]);
    }
    expect((await test.call('GET', `${RECORDS}/1`)).json).toMatchObject({ number: 7 });
    expect(await stored()).toBe(1);
  });

  it('refuse it with a failing end node: 400 with the messages', async () => {
    await intercepting('check', { global: true });
    endings.check = { status: 'failed', nodeRuns: [message('too large'), message('too late'), end] };
    const { status, json } = await create();
    expect([status, json]).toMatchObject([
      400,
      {
        code: 'intercepted',
        detail: 'too large too late',
        errors: [{ message: 'too large' }, { message: 'too late' }],
      },
    ]);
    expect(json.executionId).toBe(test.storage.executionRows[0]?.id);
    endings.check = { status: 'failed', nodeRuns: [end] };
    expect((await create()).json.errors).toEqual([{ message: 'The workflow "check" refuses this.' }]);
    expect(await stored()).toBe(0);
  });

  it.each<[string, FakeEnding | null]>([
    ['fails in another node', { status: 'failed', nodeRuns: [{ type: 'query', status: 'failed', result: null }] }],
    ['meets an error', { status: 'error' }],
    ['is canceled', { status: 'canceled' }],
    ['does not end in time', null],
  ])('prevent it with 500 when one %s', async (_what, ending) => {
    await intercepting('check', { global: true, timeout: '100ms' });
    endings.check = ending;
    const { status, json } = await create();
    expect([status, json.code, await stored()]).toEqual([500, 'interception_failed', 0]);
    const [row] = test.storage.executionRows;
    if (ending === null) expect(row).toMatchObject({ status: 'aborted', reason: 'timeout' });
    else expect(row?.status).toBe(ending.status);
  });

  it('run named ones first, in the order of the call, then the global ones, until one prevents it', async () => {
    await intercepting('global-1', { global: true });
    await intercepting('local-1');
    await intercepting('local-2');
    await intercepting('global-2', { global: true });
    await intercepting('deletes', { global: true, actions: ['destroy'] });
    await create('?triggerWorkflows=local-2,local-1');
    expect(ran()).toEqual(['local-2', 'local-1', 'global-1', 'global-2']);
    test.storage.executionRows.length = 0;
    endings['global-1'] = { status: 'failed', nodeRuns: [end] };
    await create();
    expect(ran()).toEqual(['global-1']);
  });

  it('are not asked about values that are not valid, nor about records that are not there', async () => {
    await intercepting('check', { global: true });
    expect((await test.call('POST', RECORDS, { body: { number: 'x' } })).status).toBe(400);
    expect((await test.call('PATCH', `${RECORDS}/9`, { body: { number: 1 } })).status).toBe(404);
    expect((await test.call('DELETE', `${RECORDS}/9`)).status).toBe(404);
    expect(ran()).toEqual([]);
  });

  it('are named by keys that exist; one that is switched off does nothing', async () => {
    await intercepting('check');
    await test.call('POST', '/api/v1/workflows/check/disable');
    expect((await create('?triggerWorkflows=check')).status).toBe(201);
    const unknown = await create('?triggerWorkflows=chekc');
    expect([unknown.status, unknown.json.faults[0].pointer]).toEqual([400, '/triggerWorkflows']);
    expect([ran(), await stored()]).toEqual([[], 1]);
  });

  it('act after a record was created or updated, with the record as stored', async () => {
    await acting('created', { global: true, actions: ['create'] });
    await acting('named');
    await create();
    await test.call('PATCH', `${RECORDS}/1?triggerWorkflows=named`, { body: { number: 8 } });
    await test.call('DELETE', `${RECORDS}/1`);
    const rows = test.storage.executionRows.map(({ workflowKey, input }) => [workflowKey, input]);
    expect(rows).toMatchObject([
      ['created', { data: { id: 1, number: 7 }, user: 'editor', roleName: 'editor' }],
      ['named', { data: { id: 1, number: 8 }, user: 'admin', roleName: 'admin' }],
    ]);
  });

  it('undo nothing when they fail after it', async () => {
    await acting('fails', { mode: 'sync', global: true });
    endings.fails = { status: 'error' };
    expect((await create()).status).toBe(201);
    test.storage.triggers.start = async () => {
      throw new Error('not stored');
    };
    expect([(await create()).status, await stored()]).toEqual([201, 2]);
  });
});
