import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineError, WriteRefused } from '#engine';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const COLLECTION = '/api/v1/collections/orders';
const URL = `${COLLECTION}/records`;

describe('records', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
    const fields = [
      { name: 'number', type: 'integer', required: true, unique: true },
      { name: 'status', type: 'string' },
    ];
    await test.call('PUT', COLLECTION, { body: { title: 'Orders', fields } });
  });
  afterEach(() => test.close());

  it('are created, read, changed and deleted', async () => {
    const created = await test.call('POST', URL, { as: 'editor', body: { number: 7 } });
    expect([created.status, created.headers['location']]).toEqual([201, `${URL}/1`]);
    expect(created.json).toMatchObject({ id: 1, number: 7, status: null });
    const changed = await test.call('PATCH', `${URL}/1`, { body: { status: 'paid' } });
    expect([changed.status, changed.json]).toMatchObject([200, { number: 7, status: 'paid' }]);
    expect((await test.call('GET', `${URL}/1`, { as: 'viewer' })).json).toMatchObject({ number: 7, status: 'paid' });
    expect((await test.call('DELETE', `${URL}/1`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await test.call(method, `${URL}/1`)).status).toBe(404);
    expect((await test.call('PATCH', `${URL}/1`, { body: {} })).status).toBe(404);
  });

  it('are refused with a pointer to every fault', async () => {
    const body = { number: 'seven', id: 9, other: 1 };
    const created = await test.call('POST', URL, { body });
    expect([created.status, created.json.code]).toEqual([400, 'invalid_record']);
    expect(created.json.faults.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/number',
      '/id',
      '/other',
    ]);
    const changed = await test.call('PATCH', `${URL}/1`, { body: { number: null } });
    expect(changed.json.faults).toMatchObject([{ pointer: '/number', code: 'required_value' }]);
    for (const wrong of [[], '"text"', null, undefined]) {
      const headers = { 'content-type': 'application/json' };
      expect((await test.call('POST', URL, { body: wrong, headers })).json.code).toBe('invalid_record');
    }
  });

  it('are not read out of YAML', async () => {
    const headers = { 'content-type': 'application/yaml' };
    expect((await test.call('POST', URL, { body: 'number: 7', headers })).status).toBe(415);
  });

  it('conflict over a unique value', async () => {
    test.storage.collections.nextError = new WriteRefused('not_unique', 'Another record has it.', { field: 'number' });
    const answer = await test.call('POST', URL, { body: { number: 7 } });
    expect([answer.status, answer.json.code, answer.json.detail]).toEqual([
      409,
      'not_unique',
      'Another record has it.',
    ]);
    expect(answer.json.faults).toMatchObject([{ pointer: '/number', code: 'not_unique' }]);
  });

  it('are refused too when the definition changed meanwhile', async () => {
    test.storage.collections.nextError = new WriteRefused('invalid_value', 'It takes text.');
    expect((await test.call('POST', URL, { body: { number: 7 } })).json.faults).toMatchObject([
      { code: 'invalid_value' },
    ]);
    test.storage.collections.nextError = new WriteRefused('unknown_collection', 'There is none.');
    expect((await test.call('DELETE', `${URL}/1`)).status).toBe(404);
  });

  it('are listed newest first, in pages', async () => {
    for (const number of [1, 2, 3]) await test.call('POST', URL, { body: { number } });
    const first = (await test.call('GET', `${URL}?limit=2`, { as: 'viewer' })).json;
    expect(first.items.map(({ number }: { number: number }) => number)).toEqual([3, 2]);
    const second = (await test.call('GET', `${URL}?limit=2&cursor=${first.nextCursor}`)).json;
    expect(second).toMatchObject({ items: [{ number: 1 }], nextCursor: null });
  });

  it('are listed by a filter in JSON and by names of fields', async () => {
    const filter = { number: { $gte: 2 }, $or: [{ status: { $null: true } }] };
    await test.call('GET', `${URL}?filter=${encodeURIComponent(JSON.stringify(filter))}&sort=-createdAt, number`);
    await test.call('GET', URL);
    expect(test.storage.collections.asked).toEqual([
      { filter, sort: ['-createdAt', 'number'], limit: 50, cursor: null },
      { filter: {}, sort: [], limit: 50, cursor: null },
    ]);
  });

  it.each([
    ['filter=number', '/filter'],
    ['filter=[]', '/filter'],
    [`filter={"a":${'['.repeat(2000)}${']'.repeat(2000)}}`, '/filter'],
    ['filter={}&filter={}', '/filter'],
    ['sort=a&sort[]=b', '/sort[]'],
    ['limit=two', '/limit'],
    ['where=1', '/where'],
  ])('are not listed by ?%.30s', async (query, pointer) => {
    const answer = await test.call('GET', `${URL}?${query}`);
    expect([answer.status, answer.json.faults[0].pointer]).toEqual([400, pointer]);
  });

  it.each([
    ['invalid_filter', 'number', '/filter'],
    ['invalid_value', 'number', '/filter'],
    ['unknown_field', 'number,-createdAt', '/filter'],
    ['unknown_field', 'number,-other', '/sort'],
    ['invalid_sort', 'number', '/sort'],
  ])('say which part of the question is at fault: %s by %s', async (code, sort, pointer) => {
    test.storage.collections.nextError = new EngineError(code, 'It is wrong.');
    const answer = await test.call('GET', `${URL}?sort=${sort}`);
    expect([answer.status, answer.json.faults]).toEqual([400, [{ pointer, code, message: 'It is wrong.' }]]);
  });

  it('are not there without their collection', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/1'],
      ['POST', ''],
      ['PATCH', '/1'],
      ['DELETE', '/1'],
    ] as const) {
      const body = method === 'POST' || method === 'PATCH' ? { body: {} } : {};
      const answer = await test.call(method, `/api/v1/collections/none/records${path}`, body);
      expect([method, answer.status, answer.json.detail]).toEqual([method, 404, 'There is no collection "none".']);
    }
  });
});
