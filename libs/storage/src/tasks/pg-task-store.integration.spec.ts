import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BadCursor } from '../connection/cursor.js';
import { sampleOutcome } from '../testing/index.js';
import { closeTasks } from './close-tasks.js';
import type { TaskFilter } from './contract.js';
import { openTasks } from './open-tasks.js';
import { openTaskDatabase, type TaskDatabase, type WaitingVisit } from '../testing/task-database.js';

let test: TaskDatabase;

beforeAll(async () => {
  test = await openTaskDatabase();
});

afterAll(() => test?.close());

const list = (filter: Partial<TaskFilter> = {}) => test.storage.tasks.list({ limit: 50, cursor: null, ...filter });

async function shown(filter: Partial<TaskFilter>): Promise<string[]> {
  return (await list(filter)).items.map(({ assignee, status }) => `${assignee} ${status}`).sort();
}

const end = ({ executionId }: WaitingVisit) =>
  test.storage.executions.recordOutcome(
    sampleOutcome(executionId, { expected: { status: 'started', attempt: 1, leaseId: null } }),
  );

async function submit(visit: WaitingVisit, who: string, action: string): Promise<void> {
  const { [who]: id = '' } = await test.ids(visit);
  await test.storage.tasks.submit(id, { action, values: {}, comment: null, delegateTo: null });
}

describe('tasks', () => {
  it('are opened once for each person, as they were given, in the transaction of whoever opens them', async () => {
    const { executionId, workflowId } = await test.waiting([]);
    const origin = { executionId, workflowId, nodeRunId: newId(), nodeKey: 'k', mode: 'async' as const, stack: [] };
    const task = { kind: 'manual', title: 'a\0b', data: { x: 'c\0\ud800' }, form: { type: 'object' } } as const;
    const tasks = ['ann', 'bob', 'ann'].map((assignee, n) => ({ ...task, assignee, actions: ['continue', `${n}`] }));
    await test.client.query('begin');
    expect(await openTasks(test.transaction, { kind: 'open_tasks', tasks }, origin)).toEqual({ tasks: 2 });
    expect((await list({ execution: executionId })).items).toEqual([]);
    await test.client.query('commit');
    const { items } = await list({ execution: executionId });
    expect(items.map(({ assignee, actions }) => [assignee, actions])).toEqual([
      ['bob', ['continue', '1']],
      ['ann', ['continue', '0']],
    ]);
    expect(await test.storage.tasks.find(items[0]!.id)).toEqual({
      id: items[0]!.id,
      ...{ executionId, workflowKey: 'reviews', nodeRunId: origin.nodeRunId, nodeKey: 'k', kind: 'manual' },
      ...{ assignee: 'bob', delegatedFrom: null, title: 'a\ufffdb', status: 'open', form: { type: 'object' } },
      ...{ actions: ['continue', '1'], action: null, comment: null, createdAt: expect.any(Date), submittedAt: null },
      ...{ readAt: null, data: { x: 'c\0\ud800' }, values: null },
    });
    expect(await openTasks(test.transaction, { kind: 'open_tasks', tasks: [] }, origin)).toEqual({ tasks: 0 });
  });

  it('that are still open are closed, and no others', async () => {
    const visit = await test.waiting(['ann', 'bob', 'eve']);
    const other = await test.waiting(['ann']);
    await submit(visit, 'bob', 'continue');
    expect(await closeTasks(test.transaction, visit)).toBeNull();
    const after = await test.storage.tasks.statesOf(visit.nodeRunId);
    expect(after.map(({ status }) => status)).toEqual(['done', 'closed', 'closed']);
    expect(await test.storage.tasks.statesOf(other.nodeRunId)).toMatchObject([{ status: 'open' }]);
  });

  it('count as closed when their execution ended or timed out, done ones and copies apart', async () => {
    const visit = await test.waiting(['ann', 'bob']);
    const { executionId: execution } = visit;
    await openTasks(
      test.transaction,
      {
        kind: 'open_tasks',
        tasks: [{ kind: 'cc', assignee: 'joe', title: 't', data: null, form: null, actions: [] }],
      },
      { ...visit, nodeRunId: newId(), nodeKey: 'cc', mode: 'async', stack: [] },
    );
    await submit(visit, 'ann', 'continue');
    expect(await shown({ execution })).toEqual(['ann done', 'bob open', 'joe open']);
    await test.client.query('update executions set expires_at = now() where id = $1', [execution]);
    expect(await shown({ execution })).toEqual(['ann done', 'bob closed', 'joe open']);
    await test.client.query('update executions set expires_at = null where id = $1', [execution]);
    await end(visit);
    expect(await shown({ execution })).toEqual(['ann done', 'bob closed', 'joe open']);
    expect(await shown({ execution, status: 'open' })).toEqual(['joe open']);
    expect(await shown({ execution, status: 'closed' })).toEqual(['bob closed']);
    expect(await shown({ execution, status: 'done' })).toEqual(['ann done']);
    expect(await shown({ execution, kind: 'cc' })).toEqual(['joe open']);
  });

  it('are listed by person, workflow and execution, page by page, newest first', async () => {
    const visits = [await test.waiting(['zoe', 'sam']), await test.waiting(['zoe']), await test.waiting(['zoe'])];
    const first = await list({ assignee: 'zoe', limit: 2 });
    const rest = await list({ assignee: 'zoe', limit: 2, cursor: first.nextCursor });
    const executions = [...first.items, ...rest.items].map(({ executionId }) => executionId);
    expect(executions).toEqual(visits.map(({ executionId }) => executionId).reverse());
    expect(rest.nextCursor).toBeNull();
    expect(await shown({ execution: visits[0]!.executionId, assignee: 'sam', workflow: 'reviews' })).toEqual([
      'sam open',
    ]);
    expect(await shown({ assignee: 'sam', workflow: 'other' })).toEqual([]);
    expect(await shown({ execution: 'none' })).toEqual([]);
    await expect(list({ cursor: 'x' })).rejects.toThrow(BadCursor);
  });

  it('are noted as read once; a copy is then done', async () => {
    const visit = await test.waiting(['ann'], { kind: 'cc', actions: [] });
    const manual = await test.waiting(['ann']);
    const read = async (of: WaitingVisit) => test.storage.tasks.markRead((await test.ids(of))['ann']!);
    const first = await read(visit);
    expect(first).toMatchObject({ status: 'done', readAt: expect.any(Date) });
    expect((await read(visit))?.readAt).toEqual(first?.readAt);
    expect(await read(manual)).toMatchObject({ status: 'open', readAt: expect.any(Date) });
    expect(await test.storage.tasks.markRead(newId())).toBeNull();
    expect(await test.storage.tasks.markRead('none')).toBeNull();
    expect(await test.storage.tasks.find('none')).toBeNull();
  });
});

describe('waking an execution', () => {
  it('makes one that waits and is due ready to run, once', async () => {
    const visit = await test.waiting(['ann']);
    const wake = () => test.storage.tasks.wake(visit.executionId);
    expect(await wake()).toBeNull();
    await submit(visit, 'ann', 'continue');
    const woken = await Promise.all([wake(), wake(), wake()]);
    expect(woken.filter((one) => one !== null)).toEqual([
      { id: visit.executionId, attempt: 1, mode: 'async', dedupId: null },
    ]);
    expect(await test.execution(visit.executionId)).toMatchObject({ status: 'queued', resume_at: null });
    expect(await test.storage.tasks.wake('none')).toBeNull();
  });
});

describe('tasks of an execution that is deleted', () => {
  const people = async (like: string) => {
    const { rows } = await test.client.query<{ assignee: string; status: string }>(
      `select assignee, status from tasks where assignee like $1 order by assignee`,
      [like],
    );
    return rows.map(({ assignee, status }) => `${assignee} ${status}`);
  };

  it('go with it', async () => {
    const [one, due, open] = [await test.waiting(['d1']), await test.waiting(['d2']), await test.waiting(['d3'])];
    await end(one);
    await end(due);
    expect(await test.storage.history.deleteExecution(one.executionId)).toBe('deleted');
    expect(await test.storage.history.deleteExecution(open.executionId)).toBe('open');
    expect(await people('d_')).toEqual(['d2 open', 'd3 open']);
    await test.client.query('update executions set delete_at = now() where id = $1', [due.executionId]);
    expect(await test.storage.maintenance.deleteDue(10)).toBe(1);
    expect(await people('d_')).toEqual(['d3 open']);
  });

  it('are found by the next pass of pruning when its day was dropped; those of ended ones are closed', async () => {
    const [gone, ended] = [await test.waiting(['p1', 'p2']), await test.waiting(['p3'])];
    await test.waiting(['p4']);
    await end(ended);
    await test.client.query('delete from executions where id = $1', [gone.executionId]);
    await test.storage.maintenance.prune({ retentionMs: 86_400_000, batch: 2, signal: new AbortController().signal });
    expect(await people('p_')).toEqual(['p3 closed', 'p4 open']);
  });
});
