import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { createReplyChannel } from '#queue';
import { createLogger, loadConfig, newId, type Settings, serviceOptions } from '#shared';
import { openStorage, type Storage } from '#storage';
import { createTestDatabase, sampleAccept, type TestDatabase } from '#storage/testing';
import { createAdmin, type Admin } from './create-admin.js';

const KEY = 'admin-key-of-the-integration-spec';
const document = (key: string, more: object = {}) => ({
  key,
  title: `Title of ${key}`,
  trigger: { type: 'webhook', mode: 'async' },
  nodes: [{ type: 'calculation', config: { engine: 'math.js', expression: '1 + 1' } }],
  ...more,
});

describe('the admin app on real Postgres', () => {
  let database: TestDatabase;
  let config: Settings;
  let admin: Admin;
  let base: string;
  /** What another process would hold. */
  let storage: Storage;

  beforeAll(async () => {
    database = await createTestDatabase();
    config = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], {
      DATABASE_URL: database.url,
      HOOKMILL_MASTER_KEY: randomBytes(32).toString('base64'),
      HOOKMILL_ADMIN_KEY: KEY,
      LOG_LEVEL: 'silent',
      DATABASE_POOL: '4',
    });
    storage = await openStorage(serviceOptions(config, 'hookmill-admin').storage);
    admin = await createAdmin(config, { logger: createLogger('admin', 'silent') });
    base = (await admin.listen(0, '127.0.0.1')).replace('[::1]', 'localhost');
  }, 60_000);

  afterAll(async () => {
    await admin?.close();
    await storage?.close();
    await database?.drop();
  });

  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: isJson ? JSON.parse(String(bytes)) : null,
    };
  }

  const put = (key: string, more: object = {}, headers: Record<string, string> = {}) =>
    call('PUT', `/api/v1/workflows/${key}`, document(key, more), headers);

  it('is ready', async () => {
    expect((await call('GET', '/readyz')).json).toEqual({ ready: true, checks: { database: 'ok', queue: 'ok' } });
  });

  it('stores versions, and knows the same content again', async () => {
    const [created, same, changed] = [await put('stored'), await put('stored'), await put('stored', { title: 'New' })];
    expect([created.status, same.json.change, changed.json.version]).toEqual([201, 'unchanged', 2]);
    const read = await call('GET', '/api/v1/workflows/stored');
    expect(read.headers.get('etag')).toBe(changed.headers.get('etag'));
    expect(read.json).toMatchObject({ key: 'stored', title: 'New', enabled: false });
    const again = await call('PUT', '/api/v1/workflows/stored', read.json);
    expect(again.json.change).toBe('unchanged');
  });

  it('lets exactly one of many conditional writers win', async () => {
    const tag = (await put('raced')).headers.get('etag') ?? '';
    const writers = Array.from({ length: 8 }, (_none, n) => put('raced', { title: `by ${n}` }, { 'if-match': tag }));
    const statuses = (await Promise.all(writers)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
  });

  it('refuses overlapping paths and a change of mode', async () => {
    const path = (text: string) => ({ trigger: { type: 'webhook', mode: 'async', path: text } });
    expect((await put('path-a', path('in/:region'))).status).toBe(201);
    const overlap = await put('path-b', path('in/eu'));
    expect([overlap.status, overlap.json.code]).toEqual([409, 'path_conflict']);
    const mode = await put('path-a', { trigger: { type: 'webhook', mode: 'sync' } });
    expect([mode.status, mode.json.code]).toEqual([409, 'mode_differs']);
    const literal = await put('path-c', path('path-a'));
    expect([literal.status, literal.json.code]).toEqual([409, 'path_conflict']);
  });

  it('goes back to a version, unless its path was taken meanwhile', async () => {
    await put('back', { trigger: { type: 'webhook', mode: 'async', path: 'way/one' } });
    await put('back');
    expect((await call('POST', '/api/v1/workflows/back/versions/1/enable')).json).toMatchObject({
      currentVersion: 1,
      enabled: true,
    });
    expect((await call('POST', '/api/v1/workflows/back/versions/2/enable')).json.currentVersion).toBe(2);
    expect((await put('taker', { trigger: { type: 'webhook', mode: 'async', path: 'way/one' } })).status).toBe(201);
    expect((await call('POST', '/api/v1/workflows/back/versions/1/enable')).status).toBe(409);
    expect((await call('POST', '/api/v1/workflows/back/versions/9/enable')).status).toBe(404);
  });

  it('archives, and goes on with the numbers when the key comes back', async () => {
    await put('archived');
    expect((await call('DELETE', '/api/v1/workflows/archived')).status).toBe(204);
    expect((await call('GET', '/api/v1/workflows/archived')).status).toBe(404);
    expect((await call('POST', '/api/v1/workflows', document('archived', { title: 'b' }))).json.version).toBe(2);
  });

  it('pages through workflows, each once, and refuses a bad cursor', async () => {
    for (let n = 0; n < 5; n++) await put(`page-${n}`);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: { key: string }[]; nextCursor: string | null } = (
        await call('GET', `/api/v1/workflows?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      ).json;
      seen.push(...page.items.map(({ key }) => key));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((key) => key.startsWith('page-'))).toEqual(['page-4', 'page-3', 'page-2', 'page-1', 'page-0']);
    for (const list of ['workflows', 'executions', 'requests', 'workflows/page-0/versions']) {
      const answer = await call('GET', `/api/v1/${list}?cursor=%F0%9F%92%A3`);
      expect([list, answer.status, answer.json.code]).toEqual([list, 400, 'bad_cursor']);
    }
  });

  it('shows an accepted request with its exact bytes, and its execution with context and node runs', async () => {
    await put('shown');
    const found = await storage.workflows.find('shown');
    if (!found) throw new Error('not stored');
    const body = Buffer.from('{"message":"H\u00e9llo \\u0000"}');
    const requestId = newId();
    const executionId = newId();
    await storage.acceptor.accept({
      request: {
        ...{ id: requestId, receivedAt: new Date(), method: 'POST', url: '/api/webhooks/shown?a=1', ip: '192.0.2.9' },
        ...{ rawHeaders: [['Content-Type', 'application/json']], headers: { 'content-type': 'application/json' } },
        ...{ body, content: null, deliveryId: 'delivery-1' },
      },
      ...{ workflowId: found.workflow.id, versionId: found.version.id, executionId, mode: 'async', httpStatus: 200 },
      ...{ bodySha256: createHash('sha256').update(body).digest(), dedup: null, replyTo: null },
      ...{ secretName: 'ORDER_KEY', latencyMs: 4 },
    });
    expect((await call('DELETE', `/api/v1/executions/${executionId}`)).json.code).toBe('execution_open');
    await end(executionId);

    const execution = (await call('GET', `/api/v1/executions/${executionId}`)).json;
    expect(execution).toMatchObject({ id: executionId, workflowKey: 'shown', status: 'resolved', requestId });
    expect(execution.context).toMatchObject({ data: { message: 'H\u00e9llo \u0000' }, query: { a: '1' } });
    expect(execution.nodeRuns).toMatchObject([{ nodeKey: 'n', status: 'resolved', result: 2, log: 'printed' }]);
    expect(execution.output).toEqual({ done: true });

    const raw = await call('GET', `/api/v1/requests/${requestId}/raw`);
    expect(raw.bytes.equals(body)).toBe(true);
    expect(raw.headers.get('content-disposition')).toContain('attachment');
    const list = (await call('GET', '/api/v1/requests?deliveryId=delivery-1')).json;
    expect(list.items).toMatchObject([{ id: requestId, executionId, verdict: 'accepted', httpStatus: 200 }]);
    const ended = (await call('GET', '/api/v1/executions?workflow=shown&status=resolved')).json;
    expect(ended.items.map(({ id }: { id: string }) => id)).toEqual([executionId]);

    expect((await call('DELETE', `/api/v1/executions/${executionId}`)).status).toBe(204);
    expect((await call('GET', `/api/v1/executions/${executionId}`)).status).toBe(404);
    expect((await call('DELETE', `/api/v1/requests/${requestId}`)).status).toBe(204);
  });

  it('cancels an execution, retries it on the same request, and keeps the request for that', async () => {
    await put('retried');
    const { workflow, version } = (await storage.workflows.find('retried'))!;
    const accepted = sampleAccept({ workflowId: workflow.id, versionId: version.id });
    await storage.acceptor.accept(accepted);
    const url = `/api/v1/executions/${accepted.executionId}`;
    expect((await call('POST', `${url}/retry`)).json.code).toBe('execution_open');
    const canceled = await call('POST', `${url}/cancel`);
    expect([canceled.status, canceled.json.status, canceled.json.reason]).toEqual([200, 'canceled', 'manual_cancel']);
    expect((await call('POST', `${url}/cancel`)).json.code).toBe('execution_ended');

    const retry = await call('POST', `${url}/retry`, { version: 'current' });
    expect([retry.status, retry.json.previousExecutionId]).toEqual([201, accepted.executionId]);
    const runnable = await storage.executions.loadRunnable(retry.json.id);
    expect(runnable).toMatchObject({ status: 'queued', attempt: 0, request: { id: accepted.request.id } });
    const refused = await call('DELETE', `/api/v1/requests/${accepted.request.id}`);
    expect([refused.status, refused.json.code]).toEqual([409, 'execution_open']);
    await end(retry.json.id);
    expect((await call('DELETE', `/api/v1/requests/${accepted.request.id}`)).status).toBe(204);
    expect((await call('POST', `${url}/retry`)).json.code).toBe('no_request');
  });

  it('retries from a node with what came before it', async () => {
    await put('from-node', { nodes: ['a', 'n'].map((key) => ({ key, ...document('x').nodes[0] })) });
    const { workflow, version } = (await storage.workflows.find('from-node'))!;
    const accepted = sampleAccept({ workflowId: workflow.id, versionId: version.id });
    await storage.acceptor.accept(accepted);
    await end(accepted.executionId, ['a', 'n']);
    const retry = await call('POST', `/api/v1/executions/${accepted.executionId}/retry`, { from: 'n' });
    expect([retry.status, retry.json.nodeRuns]).toMatchObject([201, [{ nodeKey: 'a' }]]);
    expect(await storage.executions.loadRunnable(retry.json.id)).toMatchObject({ attempt: 1 });
    await end(retry.json.id, [], 1);
  });

  /** What a worker would write. */
  async function end(executionId: string, nodeKeys = ['n'], attempt = 0): Promise<void> {
    const at = new Date();
    const times = { startedAt: at.toISOString(), endedAt: at.toISOString() };
    const run = { type: 'calculation', input: {}, result: 2, error: null, log: 'printed' };
    const nodeRuns = nodeKeys.map((nodeKey) => ({
      id: newId(),
      nodeKey,
      ...run,
      status: 'resolved' as const,
      ...times,
    }));
    const recorded = await storage.executions.recordOutcome({
      ...{ executionId, expected: { status: 'queued', attempt, leaseId: null }, status: 'resolved', reason: null },
      ...{ error: null, startedAt: at, endedAt: at, nodeRuns },
      ...{ reply: null, output: { done: true }, releaseDedup: false, deleteWhenEnded: false },
    });
    expect(recorded).toBe(true);
  }

  it('runs by hand through the queue and is woken by the reply channel', async () => {
    await put('by-hand');
    const worker = createReplyChannel(serviceOptions(config, 'hookmill-admin').queue);
    const pending = call('POST', '/api/v1/workflows/by-hand/execute', { context: { data: { a: 1 } } });
    let queued = await storage.dispatch.findQueued(0, null, 10);
    while (queued.length === 0) queued = await storage.dispatch.findQueued(0, null, 10);
    const id = queued[0]?.id ?? '';
    const runnable = await storage.executions.loadRunnable(id);
    expect(runnable).toMatchObject({ workflowKey: 'by-hand', input: { data: { a: 1 } }, request: null, attempt: 0 });
    await end(id);
    await worker.publish(runnable?.replyTo ?? '', id);
    const { status, json } = await pending;
    expect([status, json.id, json.status]).toEqual([200, id, 'resolved']);
    expect(json.context.data).toEqual({ a: 1 });
    await worker.close();
  });

  it('keeps secrets encrypted and to itself', async () => {
    const value = 'very-secret-value';
    expect((await call('PUT', '/api/v1/secrets/TOKEN', { value })).status).toBe(201);
    const answers = [await call('GET', '/api/v1/secrets'), await call('GET', '/api/v1/secrets/TOKEN')];
    for (const { bytes } of answers) expect(String(bytes)).not.toContain(value);
    expect((await storage.configuration.loadSecrets()).get('TOKEN')).toBe(value);
    expect((await call('DELETE', '/api/v1/secrets/TOKEN')).status).toBe(204);
  });

  it('makes keys that work at once and are refused once deleted', async () => {
    const { id, key } = (await call('POST', '/api/v1/api-keys', { name: 'viewer', role: 'viewer' })).json;
    const asViewer = { authorization: `Bearer ${key}` };
    expect((await call('GET', '/api/v1/workflows', undefined, asViewer)).status).toBe(200);
    expect((await call('PUT', '/api/v1/secrets/A', { value: 'x' }, asViewer)).status).toBe(403);
    expect((await call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204);
    expect((await call('GET', '/api/v1/workflows', undefined, asViewer)).status).toBe(401);
  });

  it('answers 400, not 500, to text that the database cannot hold', async () => {
    expect((await call('GET', '/api/v1/executions?workflow=%00')).status).toBeLessThan(500);
    expect((await call('GET', '/api/v1/workflows/%00')).status).toBeLessThan(500);
    expect((await put('nul', { title: 'a\u0000b' })).status).toBe(400);
    expect((await call('POST', '/api/v1/api-keys', { name: 'a\u0000', role: 'viewer' })).status).toBe(400);
  });
});
