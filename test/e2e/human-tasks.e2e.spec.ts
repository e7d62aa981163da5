import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { eventually } from '../support/eventually.js';
import { startHookmill, type Hookmill } from '../support/start-hookmill.js';

const form: JsonObject = {
  type: 'object',
  required: ['price'],
  properties: { price: { type: 'number', default: '{{$context.data.price}}' } },
};
const review: JsonObject = {
  key: 'review',
  trigger: { type: 'webhook', mode: 'async' },
  enabled: true,
  nodes: [
    {
      key: 'check',
      type: 'manual',
      config: { assignees: ['ann', '{{$context.data.owner}}'], mode: 'all', title: 'Order {{$context.data.id}}', form },
    },
    { type: 'cc', config: { users: ['eve'], title: 'Checked', data: '{{$jobsMapByNodeKey.check.submissions}}' } },
    { type: 'output', config: { value: '{{$jobsMapByNodeKey.check.submissions.values}}' } },
  ],
};

describe('a workflow that asks people', () => {
  let hookmill: Hookmill;

  beforeAll(async () => {
    hookmill = await startHookmill({ redis: false });
    await hookmill.apply(review);
  }, 90_000);
  afterAll(() => hookmill?.stop(), 60_000);

  async function start(owner: string): Promise<string> {
    const answer = await fetch(`${hookmill.gatewayUrls[0]}/api/webhooks/review`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 7, owner, price: 12 }),
    });
    return answer.headers.get('x-execution-id')!;
  }

  const open = async (execution: string) => {
    const { body } = await hookmill.api('GET', `/tasks?execution=${execution}&status=open`);
    return body['items'] as JsonObject[];
  };
  const opened = (execution: string, count: number) =>
    eventually(
      () => open(execution),
      (tasks) => tasks.length === count,
    );
  const ended = (execution: string) =>
    eventually(
      () => hookmill.api('GET', `/executions/${execution}`),
      ({ body }) => Boolean(body['endedAt']),
    );
  const submit = (task: JsonObject, body: Json) => hookmill.api('POST', `/tasks/${String(task['id'])}/submit`, body);

  it('goes on once they answered, over the end of the worker that asked', async () => {
    const id = await start('bob');
    const tasks = await opened(id, 2);
    expect(tasks.map(({ assignee }) => assignee).sort()).toEqual(['ann', 'bob']);
    expect(tasks[0]).toMatchObject({
      ...{ executionId: id, nodeKey: 'check', workflowKey: 'review', title: 'Order 7', status: 'open' },
      form: { properties: { price: { default: 12 } } },
    });
    expect((await submit(tasks[0]!, { action: 'continue', values: {} })).status).toBe(400);
    expect((await submit(tasks[0]!, { action: 'continue', values: { price: 10 } })).status).toBe(200);
    expect((await submit(tasks[0]!, { action: 'reject' })).status).toBe(409);

    const worker = hookmill.processes.workers[0]!;
    await worker.stop();
    await hookmill.start('worker');
    expect(await open(id)).toHaveLength(1);
    expect((await submit(tasks[1]!, { action: 'continue', values: { price: 11 } })).status).toBe(200);
    const { body } = await ended(id);
    expect(body).toMatchObject({ status: 'resolved', output: [{ price: 10 }, { price: 11 }] });

    const [copy] = await open(id);
    expect(copy).toMatchObject({ kind: 'cc', assignee: 'eve', title: 'Checked' });
    expect((await hookmill.api('POST', `/tasks/${String(copy!['id'])}/read`)).body).toMatchObject({
      ...{ status: 'done', data: [{ values: { price: 10 } }, { values: { price: 11 } }] },
    });
    expect(await open(id)).toEqual([]);
  }, 60_000);

  it('ends as rejected when one of them says no, and asks nobody any more', async () => {
    const id = await start('joe');
    const [task, other] = await opened(id, 2);
    await submit(task!, { action: 'reject', comment: 'too dear' });
    const { body } = await ended(id);
    expect(body).toMatchObject({ status: 'rejected', error: { code: 'task_rejected' } });
    expect(await open(id)).toEqual([]);
    expect((await submit(other!, { action: 'continue', values: { price: 1 } })).status).toBe(409);
  }, 60_000);
});
