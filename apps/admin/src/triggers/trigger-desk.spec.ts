import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';
import { workOff, type FakeEnding } from '../testing/work-off.js';

const RECORDS = '/api/v1/collections/orders/records';
const end = { type: 'end', status: 'resolved' as const, result: null };
const message = (text: string) => ({ type: 'response-message', status: 'resolved' as const, result: text });

describe('starting workflows on demand', () => {
  let test: TestAdmin;
  let endings: Record<string, FakeEnding | null>;
  let stop: () => void;

  beforeEach(async () => {
    test = await startTestAdmin();
    endings = {};
    stop = workOff(test, ({ workflowKey }) => (workflowKey in endings ? endings[workflowKey]! : {}));
    const fields = [{ name: 'number', type: 'integer' }];
    await test.call('PUT', '/api/v1/collections/orders', { body: { title: 'Orders', fields } });
    for (const number of [7, 8]) await test.call('POST', RECORDS, { body: { number } });
  });
  afterEach(async () => {
    stop();
    await test.close();
  });

  async function apply(key: string, trigger: object): Promise<void> {
    const body = { enabled: true, trigger: { type: 'custom-action', ...trigger }, nodes: [] };
    const { status, text } = await test.call('PUT', `/api/v1/workflows/${key}`, { body });
    if (status !== 201) throw new Error(text);
  }

  const single = (key: string, more: object = {}) => apply(key, { records: 'single', collection: 'orders', ...more });
  const post = (url: string, body?: unknown) => test.call('POST', url, { as: 'operator', ...(body ? { body } : {}) });
  const inputs = () => test.storage.executionRows.map(({ input }) => input);

  it('starts an async one with its record, and does not wait', async () => {
    await single('remind');
    stop();
    const { status, json } = await post(`${RECORDS}/1/trigger?triggerWorkflows=remind`);
    expect([status, json.items]).toMatchObject([202, [{ workflowKey: 'remind', status: 'queued' }]]);
    expect(inputs()).toMatchObject([{ data: { id: 1, number: 7 }, user: 'operator', roleName: 'operator' }]);
    expect(test.producer.take()).toMatchObject({ executionId: json.items[0].executionId });
  });

  it('waits for sync ones, one after the other, and answers what they said', async () => {
    await single('first', { mode: 'sync' });
    await single('second', { mode: 'sync' });
    endings.first = { nodeRuns: [message('done')] };
    const { status, json } = await post(`${RECORDS}/1/trigger?triggerWorkflows=second,first`);
    expect([status, json.items]).toMatchObject([
      200,
      [
        { workflowKey: 'second', status: 'resolved', messages: [] },
        { workflowKey: 'first', status: 'resolved', messages: ['done'] },
      ],
    ]);
  });

  it('answers 202 when a sync one takes longer than its time-out', async () => {
    await single('slow', { mode: 'sync', timeout: '50ms' });
    endings.slow = null;
    const { status, json } = await post(`${RECORDS}/1/trigger?triggerWorkflows=slow`);
    expect([status, json.items[0].status]).toEqual([202, 'queued']);
  });

  it('tells a refusal from a failure, and starts none behind it', async () => {
    await single('first', { mode: 'sync' });
    await single('second', { mode: 'sync' });
    endings.first = { status: 'failed', nodeRuns: [message('not now'), end] };
    const refused = await post(`${RECORDS}/1/trigger?triggerWorkflows=first,second`);
    expect([refused.status, refused.json]).toMatchObject([
      400,
      { code: 'intercepted', errors: [{ message: 'not now' }] },
    ]);
    endings.first = { status: 'error' };
    const failed = await post(`${RECORDS}/1/trigger?triggerWorkflows=first,second`);
    expect([failed.status, failed.json.code]).toEqual([500, 'trigger_failed']);
    expect(test.storage.executionRows.map(({ workflowKey }) => workflowKey)).toEqual(['first', 'first']);
  });

  it('brings several records, or none', async () => {
    await apply('many', { records: 'multiple', collection: 'orders' });
    await apply('plain', {});
    await post(`${RECORDS}/trigger?triggerWorkflows=many&ids=2,1`);
    await post('/api/v1/workflows/plain/trigger', { data: { a: 1 } });
    await post('/api/v1/workflows/plain/trigger');
    expect(inputs()).toMatchObject([{ data: [{ id: 2 }, { id: 1 }] }, { data: { a: 1 } }, { data: null }]);
  });

  it.each([
    ['no workflow', `${RECORDS}/1/trigger`, 400],
    ['an unknown workflow', `${RECORDS}/1/trigger?triggerWorkflows=none`, 404],
    ['one that is switched off', `${RECORDS}/1/trigger?triggerWorkflows=off`, 404],
    ['one of another kind', `${RECORDS}/1/trigger?triggerWorkflows=acts`, 404],
    ['one that takes several records', `${RECORDS}/1/trigger?triggerWorkflows=many`, 404],
    ['one that takes a record, without any', '/api/v1/workflows/one/trigger', 404],
    ['a record that is not there', `${RECORDS}/9/trigger?triggerWorkflows=one`, 404],
    ['several records, none of them named', `${RECORDS}/trigger?triggerWorkflows=many`, 400],
    ['some workflow that does not match beside one that does', `${RECORDS}/1/trigger?triggerWorkflows=one,many`, 404],
  ])('refuses %s and starts nothing', async (_what, url, status) => {
    await single('one');
    await single('off');
    await test.call('POST', '/api/v1/workflows/off/disable');
    await apply('many', { records: 'multiple', collection: 'orders' });
    await apply('acts', { type: 'action', collection: 'orders' });
    const answer = await post(url);
    expect([answer.status, answer.json.detail]).toEqual([status, expect.stringMatching(/\w/)]);
    expect(inputs()).toEqual([]);
  });

  it('submits a record for approval', async () => {
    await apply('approve', { type: 'approval', collection: 'orders' });
    const { status, json } = await post(`${RECORDS}/2/approvals`, { workflow: 'approve', comment: 'please' });
    expect([status, json]).toMatchObject([202, { workflowKey: 'approve', status: 'queued' }]);
    const who = { applicant: 'operator', roleName: 'operator', comment: 'please' };
    expect(inputs()).toMatchObject([{ data: { id: 2, number: 8 }, ...who }]);
    for (const [id, workflow] of [
      ['9', 'approve'],
      ['2', 'none'],
    ]) {
      expect((await post(`${RECORDS}/${id}/approvals`, { workflow })).status).toBe(404);
    }
    expect((await post(`${RECORDS}/2/approvals`, {})).status).toBe(400);
  });
});
