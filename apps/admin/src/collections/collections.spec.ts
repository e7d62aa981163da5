import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const URL = '/api/v1/collections/orders';
const definition = { title: 'Orders', fields: [{ name: 'number', type: 'integer', required: true, unique: true }] };

describe('collections', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  it('are created, read, changed and deleted', async () => {
    const created = await test.call('PUT', URL, { body: definition });
    expect([created.status, created.json]).toMatchObject([201, { name: 'orders', title: 'Orders' }]);
    expect(created.json.fields).toEqual([
      { name: 'number', type: 'integer', required: true, default: null, unique: true, index: false },
    ]);
    const list = await test.call('GET', '/api/v1/collections', { as: 'viewer' });
    expect(list.json).toMatchObject({ items: [{ name: 'orders' }], nextCursor: null });
    expect((await test.call('PUT', URL, { body: { ...definition, title: 'All' } })).status).toBe(200);
    expect((await test.call('GET', URL)).json.title).toBe('All');
    expect((await test.call('DELETE', URL)).status).toBe(204);
    expect((await test.call('GET', URL)).status).toBe(404);
    expect((await test.call('DELETE', URL)).status).toBe(404);
  });

  it('can be sent back as they were read', async () => {
    const { json } = await test.call('PUT', URL, { body: definition });
    expect((await test.call('PUT', URL, { body: json })).status).toBe(200);
  });

  it('are refused with every fault', async () => {
    const answer = await test.call('PUT', URL, { body: {} });
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_collection']);
    expect(answer.json.faults.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/fields', '/title']);
    expect((await test.call('PUT', URL)).status).toBe(400);
  });
});
