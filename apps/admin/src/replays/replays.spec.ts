import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type HeaderList, type JsonObject } from '#shared';
import type { ReplayableRequest } from '#storage';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const document: JsonObject = { enabled: true, trigger: { type: 'webhook', mode: 'sync' }, nodes: [] };

describe('replays', () => {
  let test: TestAdmin;
  let key: string;
  let tests = 0;
  beforeAll(async () => {
    test = await startTestAdmin();
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    test.producer.lose();
    test.storage.replays.candidates.clear();
    key = `orders-${++tests}`;
    await apply(document);
  });

  async function apply(body: JsonObject): Promise<void> {
    const { status } = await test.call('PUT', `/api/v1/workflows/${key}`, { body });
    expect([200, 201]).toContain(status);
  }

  async function candidate(body: string, changes: Partial<ReplayableRequest> = {}): Promise<string> {
    const { workflow, version } = (await test.storage.workflows.find(key))!;
    const rawHeaders: HeaderList = [['Content-Type', 'application/json']];
    const id = newId();
    const headers = { 'content-type': 'application/json' };
    const request = {
      ...{ id, receivedAt: new Date(), method: 'POST', url: '/x', ip: '192.0.2.1', rawHeaders, headers },
      ...{ body: Buffer.from(body), content: null, deliveryId: 'd-1' },
    };
    const names = { workflowId: workflow.id, workflowKey: key, mode: 'sync', enabled: true } as const;
    test.storage.replays.candidates.set(id, { request, ...names, versionId: version.id, ...changes });
    return id;
  }

  const replayOne = (id: string) => test.call('POST', `/api/v1/requests/${id}/replay`, { as: 'operator' });
  const replay = (body: unknown, headers: Record<string, string> = {}) =>
    test.call('POST', '/api/v1/replays', { as: 'operator', body, headers });

  describe('of one request', () => {
    it('answers the new execution, with the original bytes, and hands it to the workers', async () => {
      const request = await candidate('{"amount":7}');
      const { status, json } = await replayOne(request);
      expect([status, json]).toEqual([
        201,
        expect.objectContaining({ status: 'queued', requestId: request, replayId: expect.any(String) }),
      ]);
      expect(json.context).toMatchObject({ data: { amount: 7 }, deliveryId: 'd-1' });
      expect(test.producer.waiting).toEqual([`${json.id}-0`]);
    });

    it('goes on when the queue is away, and with a workflow that is switched off', async () => {
      test.producer.away = true;
      const answer = await replayOne(await candidate('{}', { enabled: false }));
      test.producer.away = false;
      expect(answer.status).toBe(201);
    });

    it.each([
      ['{"a":', 'malformed_body'],
      ['{"amount":"7"}', 'invalid_body'],
      ['{"amount":1}', 'filter'],
    ])('says what the current version has against the body %j', async (body, words) => {
      const schema = { type: 'object', properties: { amount: { type: 'number' } } };
      const filter = { engine: 'math.js', expression: '{{$context.data.amount}} > {{$env.LEAST}}' };
      await test.call('PUT', '/api/v1/secrets/LEAST', { body: { value: '5' } });
      await apply({ ...document, trigger: { type: 'webhook', mode: 'sync', validate: schema, filter } });
      const { status, json } = await replayOne(await candidate(body));
      expect([status, json.code, json.detail]).toEqual([409, 'replay_refused', expect.stringContaining(words)]);
      expect(test.producer.waiting).toEqual([]);
    });

    it('refuses what never passed verification, what is unknown, and what has no version', async () => {
      const id = newId();
      test.storage.replays.candidates.set(id, 'not_replayable');
      expect((await replayOne(id)).json).toMatchObject({ status: 409, code: 'not_replayable' });
      expect((await replayOne(newId())).status).toBe(404);
      expect((await replayOne('none')).status).toBe(404);
      const archived = await candidate('{}', { versionId: null });
      expect((await replayOne(archived)).json).toMatchObject({ status: 409, code: 'no_version' });
    });
  });

  describe('of many', () => {
    it('is queued at the default rate, under the name of the key', async () => {
      await candidate('{}');
      const { status, json } = await replay({ requests: { workflow: key, from: '2026-01-01' } });
      expect(status).toBe(201);
      expect(json).toMatchObject({
        ...{ kind: 'requests', status: 'queued', rate: 100, total: 1, started: 0, createdBy: 'operator', error: null },
        filter: { workflow: key, verdict: 'accepted', from: '2026-01-01T00:00:00.000Z' },
      });
      const read = await test.call('GET', `/api/v1/replays/${json.id}`, { as: 'viewer' });
      expect(read.json).toEqual({ ...json, reasons: [] });
      const listed = await test.call('GET', '/api/v1/replays?limit=1', { as: 'viewer' });
      expect(listed.json.items).toEqual([json]);
    });

    it('of executions goes from a node, with a version, at a rate', async () => {
      const executions = { workflow: key, status: 'error' };
      const { json } = await replay({ executions, from: 'pay', version: 'current', rate: 3 });
      expect(json).toMatchObject({ kind: 'executions', fromNode: 'pay', version: 'current', rate: 3 });
      expect(json.filter).toEqual({ workflow: key, status: 'error' });
      const start = await replay({ executions: { to: '2026-01-01T00:00:00Z' }, from: 'start' });
      expect(start.json).toMatchObject({ fromNode: null, version: 'same' });
    });

    it('tells only the count of a dry run, also of a workflow that is off', async () => {
      await candidate('{}');
      await test.call('POST', `/api/v1/workflows/${key}/disable`);
      const before = test.storage.replays.rows.length;
      const { status, json } = await replay({ requests: { workflow: key }, dryRun: true });
      expect([status, json]).toEqual([200, { count: 1 }]);
      expect(test.storage.replays.rows).toHaveLength(before);
    });

    it.each([
      [{}, ''],
      [{ requests: {} }, '/requests'],
      [{ requests: null }, ''],
      [{ requests: [] }, '/requests'],
      [{ requests: 'all' }, '/requests'],
      [{ requests: { verdict: 'accepted', deliveryId: 'd' } }, '/requests'],
      [{ executions: {} }, '/executions'],
      [{ requests: { workflow: 'a' }, executions: { workflow: 'a' } }, '/executions'],
      [{ requests: { workflow: 'a' }, from: 'start' }, '/from'],
      [{ requests: { workflow: 'a' }, version: 'same' }, '/version'],
      [{ requests: { workflow: 'a', status: 'failed' } }, '/requests/status'],
      [{ requests: { workflow: 'a', verdict: 'handshake' } }, '/requests/verdict'],
      [{ requests: { from: 'yesterday' } }, '/requests/from'],
      [{ executions: { workflow: 'a', status: 'resolved' } }, '/executions/status'],
      [{ executions: { workflow: 'a' }, version: 'newest' }, '/version'],
      [{ requests: { workflow: 'a' }, rate: 0 }, '/rate'],
      [{ requests: { workflow: 'a' }, rate: 10_001 }, '/rate'],
      [{ requests: { workflow: 'a' }, rate: 1.5 }, '/rate'],
      [{ requests: { workflow: 'a' }, dryRun: 'yes' }, '/dryRun'],
      [{ requests: { workflow: 'a' }, all: true }, '/all'],
    ])('refuses the body %j', async (body, pointer) => {
      const before = test.storage.replays.rows.length;
      const { status, json } = await replay(body);
      expect([status, json.faults[0].pointer]).toEqual([400, pointer]);
      expect(test.storage.replays.rows).toHaveLength(before);
    });

    it('refuses a workflow that is unknown, off, or has only drafts', async () => {
      expect((await replay({ requests: { workflow: 'none' } })).status).toBe(404);
      expect((await replay({ requests: { workflow: 'none' }, dryRun: true })).status).toBe(404);
      await test.call('POST', `/api/v1/workflows/${key}/disable`);
      const off = await replay({ requests: { workflow: key } });
      expect(off.json).toMatchObject({ status: 409, code: 'workflow_disabled' });
      // A retry by hand runs then too.
      expect((await replay({ executions: { workflow: key } })).status).toBe(201);
      await test.call('PUT', `/api/v1/workflows/draft-${key}?draft=true`, { body: document });
      const draft = await replay({ requests: { workflow: `draft-${key}` } });
      expect(draft.json).toMatchObject({ status: 409, code: 'no_version' });
    });

    it('is made once per Idempotency-Key, and not for something else', async () => {
      const headers = { 'idempotency-key': `backfill of ${key}` };
      const body = { requests: { workflow: key, from: '2026-01-01' } };
      const first = await replay(body, headers);
      const again = await replay(body, headers);
      expect([first.status, again.status, again.json]).toEqual([201, 200, first.json]);
      for (const changed of [
        { ...body, rate: 7 },
        { requests: { workflow: key } },
        { executions: { workflow: key } },
      ]) {
        const { status, json } = await replay(changed, headers);
        expect([status, json.code]).toEqual([409, 'idempotency_mismatch']);
      }
      expect((await replay(body, { 'idempotency-key': 'k'.repeat(256) })).status).toBe(400);
    });

    it('can be canceled until it ended', async () => {
      const { json } = await replay({ requests: { workflow: key } });
      const cancel = (id: string) => test.call('POST', `/api/v1/replays/${id}/cancel`, { as: 'operator' });
      const canceled = await cancel(json.id);
      expect([canceled.status, canceled.json.status]).toEqual([200, 'canceled']);
      expect((await cancel(json.id)).json).toMatchObject({ status: 409, code: 'replay_ended' });
      expect([(await cancel(newId())).status, (await cancel('none')).status]).toEqual([404, 404]);
      expect((await test.call('GET', '/api/v1/replays/none')).status).toBe(404);
    });
  });
});
