import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredRequest } from '#engine';
import { newId } from '#shared';
import type { ExecutionDetail, RequestDetail } from '#storage';
import { blankExecution } from '../testing/in-memory-storage.js';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const document = {
  key: 'orders',
  trigger: { type: 'webhook', mode: 'async', parse: { body: [{ path: 'b.c', alias: 'C' }] } },
  nodes: [],
};

describe('the history routes', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
    await test.call('PUT', '/api/v1/workflows/orders', { body: document });
  });
  afterEach(() => test.close());

  const stored = (body: string): StoredRequest => ({
    id: newId(),
    receivedAt: new Date('2026-01-02T03:04:05Z'),
    method: 'POST',
    url: '/api/webhooks/orders?x=1',
    ip: '192.0.2.1',
    rawHeaders: [
      ['Content-Type', 'application/json'],
      ['Authorization', '***'],
    ],
    headers: { 'content-type': 'application/json', authorization: '***' },
    body: Buffer.from(body),
    content: null,
    deliveryId: 'd-1',
  });

  function execution(more: Partial<ExecutionDetail> = {}): ExecutionDetail {
    const row = { ...blankExecution(newId()), workflowKey: 'orders', version: 1, versionId: 1001, ...more };
    test.storage.executionRows.push(row);
    return row;
  }

  function request(more: Partial<RequestDetail> = {}): RequestDetail {
    const { body, ...rest } = stored('{"a":1}');
    const none = { gate: null, reason: null, bodyDiffers: null, executionId: null, secretName: null, latencyMs: 2 };
    const given = { workflowKey: 'orders', verdict: 'accepted' as const, httpStatus: 200, bodyBytes: body.length };
    const row = { ...rest, ...none, ...given, body, ...more };
    test.storage.requestRows.push(row);
    return row;
  }

  it('show an execution with the context derived from its request', async () => {
    const { id: requestId, ...rest } = stored('{"b":{"c":7}}');
    const row = execution({ requestId, request: { id: requestId, ...rest }, output: { o: 1 } });
    const { json } = await test.call('GET', `/api/v1/executions/${row.id}`);
    expect(json).toMatchObject({
      id: row.id,
      requestId,
      output: { o: 1 },
      context: {
        data: { b: { c: 7 } },
        query: { x: '1' },
        vars: { C: 7 },
        rawBody: '{"b":{"c":7}}',
        deliveryId: 'd-1',
      },
    });
    expect(json).not.toHaveProperty('versionId');
    expect(json).not.toHaveProperty('input');
  });

  it('show an execution whose request is gone without a context', async () => {
    const row = execution({ requestId: newId(), request: null });
    expect((await test.call('GET', `/api/v1/executions/${row.id}`)).json.context).toBeNull();
  });

  it('pass filters on as they were checked', async () => {
    const query = 'workflow=orders&status=failed&from=2026-01-01T00:00:00Z&to=2026-01-31&limit=7';
    expect((await test.call('GET', `/api/v1/executions?${query}`)).status).toBe(200);
    expect(test.storage.asked.at(-1)).toMatchObject({
      workflow: 'orders',
      status: 'failed',
      from: new Date('2026-01-01T00:00:00Z'),
      to: new Date('2026-01-31T00:00:00Z'),
      limit: 7,
      cursor: null,
    });
    await test.call('GET', '/api/v1/requests?verdict=refused&deliveryId=d%2F1&limit=500');
    expect(test.storage.asked.at(-1)).toMatchObject({ verdict: 'refused', deliveryId: 'd/1', limit: 200 });
  });

  it.each([
    ['/api/v1/executions?status=done', '/status'],
    ['/api/v1/executions?from=yesterday', '/from'],
    ['/api/v1/executions?to=2026-13-01', '/to'],
    ['/api/v1/executions?status=failed&status=error', '/status'],
    ['/api/v1/requests?verdict=maybe', '/verdict'],
    ['/api/v1/requests?deliveryId=a&deliveryId=b', '/deliveryId'],
    ['/api/v1/requests?status=failed', '/status'],
  ])('refuse %s', async (url, pointer) => {
    const answer = await test.call('GET', url);
    expect([answer.status, answer.json.faults[0].pointer]).toEqual([400, pointer]);
  });

  it('delete an ended execution and no other', async () => {
    const [ended, open] = [execution({ endedAt: new Date(), status: 'failed' }), execution()];
    expect((await test.call('DELETE', `/api/v1/executions/${ended.id}`)).status).toBe(204);
    expect((await test.call('DELETE', `/api/v1/executions/${ended.id}`)).status).toBe(404);
    const refused = await test.call('DELETE', `/api/v1/executions/${open.id}`);
    expect([refused.status, refused.json.code]).toEqual([409, 'execution_open']);
    expect((await test.call('DELETE', '/api/v1/executions/none')).status).toBe(404);
  });

  it('show a request with its body as text, or as base64 when it is none', async () => {
    const [text, bytes, unread] = [request(), request({ body: Buffer.from([0xff, 0]) }), request({ body: null })];
    const read = async (id: string) => (await test.call('GET', `/api/v1/requests/${id}`)).json;
    expect(await read(text.id)).toMatchObject({ body: '{"a":1}', bodyEncoding: 'utf8', headers: text.headers });
    expect(await read(bytes.id)).toMatchObject({ body: '/wA=', bodyEncoding: 'base64' });
    expect(await read(unread.id)).toMatchObject({ body: null, bodyEncoding: null });
    const list = (await test.call('GET', '/api/v1/requests')).json;
    expect(list.items).toHaveLength(3);
    expect(list.items[0]).not.toHaveProperty('body');
    expect(list.items[0]).not.toHaveProperty('headers');
  });

  it('give the exact bytes of a request as an attachment', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte));
    const { id } = request({ body });
    const answer = await test.call('GET', `/api/v1/requests/${id}/raw`, { as: 'viewer' });
    expect(answer.bytes.equals(body)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${id}.bin"`,
      'x-content-type-options': 'nosniff',
    });
    const unread = request({ body: null });
    expect((await test.call('GET', `/api/v1/requests/${unread.id}/raw`)).status).toBe(404);
  });

  it('delete a request', async () => {
    const { id } = request();
    expect((await test.call('DELETE', `/api/v1/requests/${id}`)).status).toBe(204);
    expect((await test.call('GET', `/api/v1/requests/${id}`)).status).toBe(404);
    expect((await test.call('DELETE', `/api/v1/requests/${id}`)).status).toBe(404);
  });

  it('keep a request that an open execution needs', async () => {
    const { id } = request();
    execution({ requestId: id });
    const refused = await test.call('DELETE', `/api/v1/requests/${id}`);
    expect([refused.status, refused.json.code]).toEqual([409, 'execution_open']);
  });
});
