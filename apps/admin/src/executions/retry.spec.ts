import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeRunRecord } from '#engine';
import { newId } from '#shared';
import type { ExecutionDetail } from '#storage';
import { blankExecution } from '../testing/in-memory-storage.js';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const calculation = (key: string) => ({
  key,
  type: 'calculation',
  config: { engine: 'math.js', expression: '1 + 1' },
});
const document = {
  trigger: { type: 'webhook', mode: 'async' },
  nodes: [
    calculation('a'),
    {
      ...{ key: 'check', type: 'condition', config: { engine: 'math.js', expression: '1 == 1' } },
      branches: { true: [calculation('inner')], false: [calculation('other')] },
    },
  ],
};

describe('retrying an execution', () => {
  let test: TestAdmin;
  let workflowKey: string;
  let versionId: number;
  let tests = 0;
  beforeAll(async () => {
    test = await startTestAdmin();
  });
  afterAll(() => test.close());

  beforeEach(async () => {
    test.producer.lose();
    workflowKey = `orders-${++tests}`;
    await test.call('PUT', `/api/v1/workflows/${workflowKey}`, { body: document });
    versionId = (await test.storage.workflows.find(workflowKey))!.version.id;
  });

  function execution(more: Partial<ExecutionDetail> = {}): string {
    const names = { workflowKey, version: 1, versionId, input: { data: { a: 1 } } };
    const row = { ...blankExecution(newId()), ...names, status: 'failed' as const, endedAt: new Date(), ...more };
    test.storage.executionRows.push(row);
    return row.id;
  }

  const visit = (nodeKey: string, status: NodeRunRecord['status'] = 'resolved'): NodeRunRecord => ({
    ...{ id: newId(), nodeKey, type: 'calculation', status, input: {}, result: 2, error: null, log: null },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:00.001Z' },
  });

  const retry = (id: string, body?: unknown) =>
    test.call('POST', `/api/v1/executions/${id}/retry`, { as: 'operator', body });

  it('starts a new one of what it ran on, from the start, and hands it to the workers', async () => {
    const of = execution({ nodeRuns: [visit('a'), visit('check', 'failed')] });
    const answer = await retry(of);
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      ...{ status: 'queued', version: 1, previousExecutionId: of, nodeRuns: [], context: { data: { a: 1 } } },
    });
    expect(answer.json.id).not.toBe(of);
    expect(test.producer.waiting).toEqual([`${answer.json.id}-0`]);
  });

  it('from a node keeps the visits before it', async () => {
    const runs = [visit('a'), visit('check'), visit('inner', 'error')];
    const { status, json } = await retry(execution({ nodeRuns: runs }), { from: 'inner' });
    expect([status, json.nodeRuns]).toEqual([201, runs.slice(0, 2)]);
    expect(test.producer.waiting).toEqual([`${json.id}-1`]);
  });

  it('from the first node is a retry from the start', async () => {
    const { json } = await retry(execution({ nodeRuns: [visit('a', 'failed')] }), { from: 'a' });
    expect(test.producer.waiting).toEqual([`${json.id}-0`]);
  });

  it('can use the current version', async () => {
    await test.call('PUT', `/api/v1/workflows/${workflowKey}`, { body: { ...document, nodes: [calculation('new')] } });
    const of = execution({ nodeRuns: [visit('a'), visit('check', 'error')] });
    expect((await retry(of, { version: 'current' })).json.version).toBe(2);
    expect((await retry(of, { version: 'same', from: 'check' })).json.version).toBe(1);
    const gone = await retry(of, { version: 'current', from: 'check' });
    expect([gone.status, gone.json.faults[0].pointer]).toEqual([400, '/from']);
  });

  it.each([
    ['is not in the version', 'unknown'],
    ['was not visited', 'other'],
  ])('refuses a node that %s', async (_why, from) => {
    const answer = await retry(execution({ nodeRuns: [visit('a'), visit('check'), visit('inner')] }), { from });
    expect([answer.status, answer.json.faults]).toEqual([400, [expect.objectContaining({ pointer: '/from' })]]);
    expect(answer.json.detail).toContain(from);
    expect(test.producer.waiting).toEqual([]);
  });

  it.each([
    [{ version: 'newest' }, '/version'],
    [{ from: '' }, '/from'],
    [{ from: 7 }, '/from'],
    [{ node: 'a' }, '/node'],
  ])('refuses the body %j', async (body, pointer) => {
    const answer = await retry(execution(), body);
    expect([answer.status, answer.json.faults[0].pointer]).toEqual([400, pointer]);
  });

  it.each([undefined, { from: 'a' }])('refuses one that is open (%j)', async (body) => {
    const answer = await retry(execution({ status: 'started', endedAt: null, nodeRuns: [visit('a')] }), body);
    expect([answer.status, answer.json.code]).toEqual([409, 'execution_open']);
  });

  it('refuses one whose request was deleted', async () => {
    const answer = await retry(execution({ requestId: newId(), request: null }));
    expect([answer.status, answer.json.code]).toEqual([409, 'no_request']);
  });

  it.each([{}, { from: 'a' }, { version: 'current' }, { version: 'current', from: 'a' }])(
    'refuses one of an archived workflow (%j)',
    async (body) => {
      const of = execution({ nodeRuns: [visit('a')] });
      await test.call('DELETE', `/api/v1/workflows/${workflowKey}`);
      const answer = await retry(of, body);
      expect([answer.status, answer.json.code]).toEqual([409, 'no_version']);
    },
  );

  it('does not know others', async () => {
    for (const body of [undefined, { from: 'a' }]) {
      expect((await retry(newId(), body)).status).toBe(404);
      expect((await retry('none', body)).status).toBe(404);
    }
  });

  it('goes on when the queue is away: the dispatcher will find the row', async () => {
    test.producer.away = true;
    const answer = await retry(execution());
    test.producer.away = false;
    expect([answer.status, answer.json.status]).toEqual([201, 'queued']);
  });
});
