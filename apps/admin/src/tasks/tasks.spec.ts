import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type JsonObject } from '#shared';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const form: JsonObject = {
  type: 'object',
  required: ['price'],
  properties: { price: { type: 'number' }, note: { type: 'string' } },
};

describe('tasks', () => {
  let test: TestAdmin;
  beforeAll(async () => {
    test = await startTestAdmin();
  });
  afterAll(() => test.close());
  beforeEach(() => {
    test.producer.lose();
    test.producer.away = false;
    test.storage.tasks.next = null;
  });

  const submit = (id: string, body: unknown) =>
    test.call('POST', `/api/v1/tasks/${id}/submit`, { as: 'operator', body });

  it('are listed with their forms and without what they show, by filters as they were checked', async () => {
    const { id, executionId } = test.storage.tasks.add({ form, data: { secretive: 1 } });
    const query = `assignee=ann&status=open&kind=manual&workflow=reviews&execution=${executionId}&limit=500`;
    const { json } = await test.call('GET', `/api/v1/tasks?${query}`, { as: 'viewer' });
    expect(test.storage.tasks.asked.at(-1)).toEqual({
      ...{ assignee: 'ann', status: 'open', kind: 'manual', workflow: 'reviews', execution: executionId },
      ...{ limit: 200, cursor: null },
    });
    const task = json.items[0];
    expect(task).toMatchObject({ id, executionId, nodeKey: 'check', assignee: 'ann', status: 'open', form });
    expect(task.createdAt).toMatch(/Z$/);
    expect(task).not.toHaveProperty('data');
    expect(task).not.toHaveProperty('values');
    expect((await test.call('GET', `/api/v1/tasks/${id}`, { as: 'viewer' })).json).toEqual({
      ...task,
      data: { secretive: 1 },
      values: null,
    });
  });

  it.each([
    ['status=maybe', '/status'],
    ['kind=mail', '/kind'],
    ['execution=none', '/execution'],
    ['assignee=a&assignee=b', '/assignee'],
    ['who=ann', '/who'],
  ])('are not listed by %s', async (query, pointer) => {
    const answer = await test.call('GET', `/api/v1/tasks?${query}`);
    expect([answer.status, answer.json.faults[0].pointer]).toEqual([400, pointer]);
  });

  it('are submitted, and their execution goes on at once', async () => {
    const { id, executionId } = test.storage.tasks.add({ form });
    const answer = await submit(id, { action: 'continue', values: { price: 9 }, comment: 'fine' });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id, status: 'done', values: { price: 9 }, comment: 'fine' });
    expect(test.producer.waiting).toEqual(['ab-3']);
    expect(executionId).toBe(answer.json.executionId);
  });

  it('that are drafts, or whose execution runs, wake nobody', async () => {
    const draft = test.storage.tasks.add({ form });
    expect((await submit(draft.id, { action: 'save', values: { price: 'to be asked' } })).json.status).toBe('open');
    const running = test.storage.tasks.add();
    test.storage.tasks.running.add(running.executionId);
    expect((await submit(running.id, { action: 'continue' })).status).toBe(200);
    expect(test.producer.waiting).toEqual([]);
  });

  it('are submitted while the queue is away: the dispatcher wakes the execution', async () => {
    const { id } = test.storage.tasks.add();
    test.producer.away = true;
    expect((await submit(id, { action: 'reject' })).json).toMatchObject({
      status: 'done',
      action: 'reject',
      values: {},
    });
  });

  it.each<[JsonObject, string, string]>([
    [{ action: 'continue', values: {} }, '/values/price', 'missing'],
    [{ action: 'continue' }, '/values/price', 'missing'],
    [{ action: 'continue', values: { price: 'much' } }, '/values/price', 'invalid'],
    [{ action: 'reject', values: { note: 7, price: 1 } }, '/values/note', 'invalid'],
    [{ action: 'approve', values: { price: 1 } }, '/action', 'invalid'],
    [{ action: 'continue', values: { price: 1, note: 'x'.repeat(300_000) } }, '/values', 'limit'],
    [{ values: {} }, '/action', 'invalid'],
    [{ action: 'continue', values: [] }, '/values', 'invalid'],
    [{ action: 'continue', comment: 7 }, '/comment', 'invalid'],
    [{ action: 'continue', delegateTo: '' }, '/delegateTo', 'invalid'],
    [{ action: 'continue', status: 'done' }, '/status', 'unknown_property'],
  ])('refuse %j', async (body, pointer, code) => {
    const { id } = test.storage.tasks.add({ form });
    const answer = await submit(id, body);
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request']);
    expect(answer.json.faults).toContainEqual(expect.objectContaining({ pointer, code }));
    expect((await test.storage.tasks.find(id))?.status).toBe('open');
  });

  it('may be rejected without the values that continuing needs', async () => {
    const { id } = test.storage.tasks.add({ form });
    expect((await submit(id, { action: 'reject', values: {} })).status).toBe(200);
  });

  it.each([{ kind: 'not_open' } as const, { kind: 'execution_ended' } as const])(
    'refuse to be submitted when storage says %j',
    async (result) => {
      const { id } = test.storage.tasks.add();
      test.storage.tasks.next = result;
      const answer = await submit(id, { action: 'continue' });
      expect([answer.status, answer.json.code]).toEqual([409, 'task_not_open']);
    },
  );

  it('that are not open any more say so, whatever was sent', async () => {
    const { id } = test.storage.tasks.add({ form, status: 'closed' });
    expect((await submit(id, { action: 'continue', values: {} })).status).toBe(409);
    const done = test.storage.tasks.add();
    await submit(done.id, { action: 'continue' });
    expect((await submit(done.id, { action: 'continue' })).status).toBe(409);
  });

  it('of kind cc are done once they were read, and take no action', async () => {
    const { id } = test.storage.tasks.add({ kind: 'cc', actions: [] });
    expect((await submit(id, { action: 'continue' })).status).toBe(400);
    const { status, json } = await test.call('POST', `/api/v1/tasks/${id}/read`, { as: 'operator' });
    expect([status, json.status]).toEqual([200, 'done']);
    expect(json.readAt).toMatch(/Z$/);
  });

  it('are not known by other ids', async () => {
    for (const id of [newId(), 'none']) {
      expect((await test.call('GET', `/api/v1/tasks/${id}`)).status).toBe(404);
      expect((await submit(id, { action: 'continue' })).status).toBe(404);
      expect((await test.call('POST', `/api/v1/tasks/${id}/read`)).status).toBe(404);
    }
  });
});
