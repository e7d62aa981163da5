import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BadCursor } from '../connection/cursor.js';
import { RejectedRow, type LoggedRequest, type Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  sampleOutcome,
  saveSampleWorkflow,
  type TestDatabase,
} from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;
let ids: { workflowId: number; versionId: number };
let accepted: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url, { refusalLogRate: 3 });
  ids = await saveSampleWorkflow(storage, { key: 'history' });
  const requests = Array.from({ length: 7 }, () => sampleAccept(ids));
  await Promise.all(requests.map((request) => storage.acceptor.accept(request)));
  accepted = requests.map((request) => request.executionId);
  await storage.executions.recordOutcome(sampleOutcome(accepted[2]!, { status: 'failed' }));
});

afterAll(async () => {
  await storage?.close();
  await database?.drop();
});

const refusal = (changes: Partial<LoggedRequest> = {}): LoggedRequest => ({
  id: newId(),
  receivedAt: new Date(),
  workflowId: null,
  verdict: 'refused',
  gate: 4,
  reason: 'not_found',
  httpStatus: 404,
  method: 'POST',
  url: '/api/webhooks/unknown',
  ip: '192.0.2.1',
  rawHeaders: null,
  body: null,
  content: null,
  deliveryId: null,
  secretName: null,
  latencyMs: 3,
  ...changes,
});

describe('the list of executions', () => {
  it('goes page by page, newest first', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await storage.history.listExecutions({ workflow: 'history', limit: 3, cursor });
      seen.push(...page.items.map((row) => row.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(accepted.toReversed());
  });

  it('filters by status, workflow and time', async () => {
    const count = async (filter: object) =>
      (await storage.history.listExecutions({ limit: 50, cursor: null, ...filter })).items.length;
    expect(await count({ status: 'failed' })).toBe(1);
    expect(await count({ status: 'failed', workflow: 'unknown' })).toBe(0);
    expect(await count({ status: 'failed', to: new Date(Date.now() - 60_000) })).toBe(0);
    expect(await count({ status: 'started' })).toBe(0);
    expect(await count({ status: 'queued', workflow: 'history' })).toBe(6);
    expect(await count({ status: 'nonsense' })).toBe(0);
    expect(await count({ workflow: 'unknown' })).toBe(0);
    expect(await count({ from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) })).toBe(7);
    expect(await count({ to: new Date(Date.now() - 60_000) })).toBe(0);
  });

  it('refuses a foreign cursor', async () => {
    const page = (cursor: string) => storage.history.listExecutions({ limit: 3, cursor });
    await expect(page('nonsense')).rejects.toThrow(BadCursor);
    await expect(page(Buffer.from("' or 1=1").toString('base64url'))).rejects.toThrow(BadCursor);
  });
});

describe('the answer to a request', () => {
  async function sync(ending: Parameters<typeof sampleOutcome>[1] | null) {
    const { executionId, request } = sampleAccept({ ...ids, mode: 'sync' });
    await storage.acceptor.accept({ ...sampleAccept({ ...ids, mode: 'sync' }), executionId, request });
    if (ending) await storage.executions.recordOutcome(sampleOutcome(executionId, ending));
    const { items } = await storage.history.listRequests({ workflow: 'history', limit: 50, cursor: null });
    const listed = items.find(({ id }) => id === request.id);
    expect((await storage.history.findRequest(request.id))?.httpStatus).toBe(listed?.httpStatus);
    return listed?.httpStatus;
  }

  it('has in sync mode the status of the stored reply, whatever its body holds', async () => {
    const bodies = ['no', '', 'a\0\ud800', '{"status":999}', '\\"status":999,', '{"status":"\0"}'];
    for (const body of bodies) {
      const reply = { status: 422, headers: { 'x-a': 'b', status: '999' }, body };
      expect([body, await sync({ reply })]).toEqual([body, 422]);
    }
    const turned = { body: '"status":999', headers: { status: '999' }, status: 201 };
    expect(await sync({ reply: turned })).toBe(201);
  });

  it('is unknown while the execution runs, and when it ended without a reply', async () => {
    expect(await sync(null)).toBeNull();
    expect(await sync({ status: 'failed' })).toBeNull();
  });
});

describe('an execution by hand', () => {
  it('carries its context to the worker', async () => {
    const id = newId();
    const input = { data: { odd: 'a\0\ud800' } };
    await storage.history.createManual({ id, ...ids, input, replyTo: 'admin-1' });
    const runnable = await storage.executions.loadRunnable(id);
    expect(runnable).toMatchObject({ request: null, input, replyTo: 'admin-1', mode: 'async', status: 'queued' });
    await storage.executions.recordOutcome(sampleOutcome(id));
    expect(await storage.history.deleteExecution(id)).toBe('deleted');
    expect(await storage.history.findExecution(id)).toBeNull();
  });

  it('is refused for a version of another workflow', async () => {
    const manual = { id: newId(), workflowId: ids.workflowId, versionId: 999_999, input: null, replyTo: 'admin-1' };
    await expect(storage.history.createManual(manual)).rejects.toThrow(RejectedRow);
  });
});

describe('deleting', () => {
  it('leaves open executions and their requests alone', async () => {
    const open = (await storage.history.findExecution(accepted[0]!))!;
    expect(await storage.history.deleteExecution(open.id)).toBe('open');
    expect(await storage.history.deleteRequest(open.requestId!)).toBe('open');
    await storage.executions.recordOutcome(sampleOutcome(open.id, { output: 1 }));
    expect(await storage.history.deleteRequest(open.requestId!)).toBe('deleted');
    expect(await storage.history.deleteExecution(open.id)).toBe('deleted');
    expect(await storage.history.deleteExecution(open.id)).toBe('unknown');
    expect(await storage.executions.findReply(open.id)).toBeNull();
  });
});

describe('the request log', () => {
  it('writes refusals up to its rate and counts the others', async () => {
    const entries = Array.from({ length: 20 }, () => refusal());
    for (const entry of entries) storage.requestLog.write(entry);
    await storage.requestLog.flush();
    const written = await storage.history.listRequests({ verdict: 'refused', limit: 50, cursor: null });
    expect(written.items.length).toBeGreaterThanOrEqual(3);
    expect(written.items.length).toBeLessThanOrEqual(6);
    expect(written.items[0]).toMatchObject({ gate: 4, reason: 'not_found', httpStatus: 404, bodyBytes: null });
  });

  it('writes every filtered request, and drops one that cannot be stored without its neighbours', async () => {
    const entries = Array.from({ length: 10 }, () =>
      refusal({
        verdict: 'filtered',
        body: Buffer.from('a\0'),
        rawHeaders: [
          ['X-A', '\0'],
          ['x-a', '2'],
        ],
        content: { body: Buffer.from('readable'), contentType: 'text/plain' },
        workflowId: ids.workflowId,
        secretName: 'GH_NEW',
      }),
    );
    entries[4]!.workflowId = 2 ** 40;
    for (const entry of entries) storage.requestLog.write(entry);
    await storage.requestLog.flush();
    const written = await storage.history.listRequests({
      verdict: 'filtered',
      workflow: 'history',
      limit: 50,
      cursor: null,
    });
    expect(written.items).toHaveLength(9);
    expect(await storage.history.findRequest(entries[0]!.id)).toMatchObject({
      body: Buffer.from('a\0'),
      rawHeaders: [
        ['X-A', '\0'],
        ['x-a', '2'],
      ],
      headers: { 'x-a': '\0, 2' },
      content: { body: Buffer.from('readable'), contentType: 'text/plain' },
      secretName: 'GH_NEW',
      latencyMs: 3,
    });
  });
});
