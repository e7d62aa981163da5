import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const document = { key: 'orders', trigger: { type: 'webhook', mode: 'async' }, nodes: [] };

describe('running a workflow by hand', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin({ manualWaitMs: 300 });
    await test.call('PUT', '/api/v1/workflows/orders', { body: document });
  });
  afterEach(() => test.close());

  /** The worker of these specs: takes the job, ends the execution. */
  async function work(publish: boolean): Promise<void> {
    while (test.producer.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const job = test.producer.take();
    expect(job).toMatchObject({ attempt: 0 });
    test.storage.end(job?.executionId ?? '', { total: 3 });
    if (publish) await test.replies.publish(test.replies.instance, job?.executionId ?? '');
  }

  it.each([
    ['woken by the worker', true],
    ['without any message', false],
  ])('answers the execution when it ended, %s', async (_how, publish) => {
    const [answer] = await Promise.all([
      test.call('POST', '/api/v1/workflows/orders/execute', { as: 'operator', body: { context: { data: { a: 1 } } } }),
      work(publish),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      workflowKey: 'orders',
      version: 1,
      status: 'resolved',
      output: { total: 3 },
      requestId: null,
      context: { data: { a: 1 }, headers: {} },
    });
  });

  it('answers it as it is when it takes longer than the wait', async () => {
    const answer = await test.call('POST', '/api/v1/workflows/orders/execute');
    expect([answer.status, answer.json.status]).toEqual([200, 'queued']);
  });

  it('answers it when it waits without a worker', async () => {
    await test.close();
    // Without an eye for the suspension the call would outlast the time-out of this test.
    test = await startTestAdmin({ manualWaitMs: 60_000 });
    await test.call('PUT', '/api/v1/workflows/orders', { body: document });
    const pending = test.call('POST', '/api/v1/workflows/orders/execute');
    while (test.producer.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const [row] = test.storage.executionRows;
    row!.status = 'started';
    test.storage.suspended.add(row!.id);
    expect((await pending).json).toMatchObject({ id: row!.id, status: 'started' });
  });

  it('goes on when the queue is away: the dispatcher will find the row', async () => {
    test.producer.away = true;
    const answer = await test.call('POST', '/api/v1/workflows/orders/execute');
    expect([answer.status, answer.json.status]).toEqual([200, 'queued']);
    expect(test.storage.executionRows).toHaveLength(1);
  });

  it('refuses an unknown workflow and anything but a context', async () => {
    expect((await test.call('POST', '/api/v1/workflows/none/execute')).status).toBe(404);
    const odd = await test.call('POST', '/api/v1/workflows/orders/execute', { body: { data: 1 } });
    expect([odd.status, odd.json.faults[0].pointer]).toEqual([400, '/data']);
    expect((await test.call('POST', '/api/v1/workflows/orders/execute', { body: [1] })).status).toBe(400);
    expect(test.storage.executionRows).toHaveLength(0);
  });

  it('stops waiting when the process drains', async () => {
    await test.close();
    // Without the drain the call would outlast the time-out of this test.
    test = await startTestAdmin({ manualWaitMs: 60_000 });
    await test.call('PUT', '/api/v1/workflows/orders', { body: document });
    const pending = test.call('POST', '/api/v1/workflows/orders/execute');
    while (test.producer.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    test.admin.drain();
    expect((await pending).json.status).toBe('queued');
  });
});
