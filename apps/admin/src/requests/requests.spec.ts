import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '#shared';
import type { RequestDetail } from '#storage';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const RANGE = 'from=2026-01-01T00:00:00Z&to=2026-01-31T00:00:00Z';

describe('the search in the request log', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  const search = (query: string) => test.call('GET', `/api/v1/requests?${query}`, { as: 'viewer' });

  it('passes on what an index answers', async () => {
    const answer = await search('verdict=refused&gate=12&reason=invalid_signature&workflow=orders');
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ items: [], nextCursor: null });
    const filter = { verdict: 'refused', gate: 12, reason: 'invalid_signature', workflow: 'orders', limit: 50 };
    expect(test.storage.asked.at(-1)).toMatchObject(filter);
  });

  it.each([
    ['header=X-GitHub-Event:push', { header: { name: 'x-github-event', value: 'push' } }],
    ['header=x-a', { header: { name: 'x-a', value: null } }],
    ['header=x-a:%20b:c%20', { header: { name: 'x-a', value: 'b:c' } }],
    ['header=x-a:', { header: { name: 'x-a', value: '' } }],
    ['json=a.b[0].c%3D1%3D2', { json: { path: ['a', 'b', '0', 'c'], value: '1=2' } }],
    ['json=a', { json: { path: ['a'], value: null } }],
    ['json=%5B%22a%20b%22%5D%3D', { json: { path: ['a b'], value: '' } }],
    ['secret=GH_NEW&ip=192.0.2.1&verdict=accepted', { secret: 'GH_NEW', ip: '192.0.2.1', verdict: 'accepted' }],
  ])('reads %s as a search request by request', async (query, criteria) => {
    const answer = await search(`${query}&${RANGE}`);
    expect(answer.json).toEqual({
      items: [],
      nextCursor: null,
      scanned: { requests: 0, from: null, complete: true },
    });
    const range = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-31T00:00:00Z') };
    expect(test.storage.asked.at(-1)).toMatchObject({ ...criteria, ...range });
  });

  it.each([
    ['header=x-a', '/from'],
    ['json=a%3D1&from=2026-01-01', '/to'],
    ['secret=A&to=2026-01-01', '/from'],
    ['ip=192.0.2.1&from=2026-01-02&to=2026-01-01', '/to'],
    ['header=x-a&from=2026-01-01&to=2026-02-01T00:00:00.001Z', '/from'],
    [`header=a%20b:c&${RANGE}`, '/header'],
    [`header=:c&${RANGE}`, '/header'],
    [`header=a&header=b&${RANGE}`, '/header'],
    [`json=&${RANGE}`, '/json'],
    [`json=%3D1&${RANGE}`, '/json'],
    [`json=a..b%3D1&${RANGE}`, '/json'],
    [`json=a&json=b&${RANGE}`, '/json'],
    [`json[a]=b&${RANGE}`, '/json[a]'],
    ['gate=twelve', '/gate'],
    ['gate=0', '/gate'],
    ['gate=1&gate=2', '/gate'],
  ])('refuses %s', async (query, pointer) => {
    const answer = await search(query);
    expect([answer.status, answer.json.faults?.[0].pointer]).toEqual([400, pointer]);
  });

  const stored = (more: Partial<RequestDetail>): RequestDetail => {
    const row: RequestDetail = {
      ...{ id: newId(), receivedAt: new Date(), workflowKey: null, verdict: 'accepted', gate: null, reason: null },
      ...{ httpStatus: 200, method: 'POST', url: '/', ip: '192.0.2.1', deliveryId: null, bodyBytes: 3 },
      ...{ bodyDiffers: true, executionId: newId(), secretName: 'GH_NEW', latencyMs: 7 },
      ...{ rawHeaders: [['X-A', '1']], headers: { 'x-a': '1' }, body: Buffer.from([0x1f, 0x8b, 0x08]), content: null },
      ...more,
    };
    test.storage.requestRows.push(row);
    return row;
  };

  it('shows what was parsed beside the bytes as received, and gives either of them', async () => {
    const content = { body: Buffer.from('{"a":1}'), contentType: 'application/json' };
    const { id, executionId } = stored({ content });
    const { json } = await test.call('GET', `/api/v1/requests/${id}`);
    expect(json).toMatchObject({
      ...{ body: 'H4sI', bodyEncoding: 'base64', rawHeaders: [['X-A', '1']], headers: { 'x-a': '1' } },
      ...{ secretName: 'GH_NEW', latencyMs: 7, bodyDiffers: true, executionId },
      content: { body: '{"a":1}', bodyEncoding: 'utf8', bytes: 7, contentType: 'application/json' },
    });
    const raw = async (query: string) => test.call('GET', `/api/v1/requests/${id}/raw${query}`);
    expect((await raw('')).bytes).toEqual(Buffer.from([0x1f, 0x8b, 0x08]));
    expect((await raw('?content=false')).bytes).toEqual(Buffer.from([0x1f, 0x8b, 0x08]));
    expect((await raw('?content=true')).text).toBe('{"a":1}');
    expect((await raw('?content=yes')).status).toBe(400);
    const same = stored({});
    expect((await test.call('GET', `/api/v1/requests/${same.id}`)).json.content).toBeNull();
    const bytes = (await test.call('GET', `/api/v1/requests/${same.id}/raw?content=true`)).bytes;
    expect(bytes).toEqual(Buffer.from([0x1f, 0x8b, 0x08]));
  });

  it('counts refusals of a range, by default of the last day', async () => {
    const answer = await test.call('GET', '/api/v1/requests/refusals?workflow=orders', { as: 'viewer' });
    const item = { workflowKey: null, gate: 4, reason: 'unknown_webhook', count: 12, logged: 5 };
    expect(answer.json).toMatchObject({ items: [item], nextCursor: null, complete: true });
    expect(Date.parse(answer.json.to) - Date.parse(answer.json.from)).toBe(86_400_000);
    const asked = await test.call('GET', `/api/v1/requests/refusals?${RANGE}`);
    expect(asked.json).toMatchObject({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-31T00:00:00.000Z' });
    expect((await test.call('GET', '/api/v1/requests/refusals?from=soon')).status).toBe(400);
  });
});
