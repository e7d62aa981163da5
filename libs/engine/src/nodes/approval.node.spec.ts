import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import type { Outcome } from '../contract/outcome.js';
import type { TaskState } from '../contract/ports.js';
import { runNode } from '../testing/run-node.js';
import { approvalNode } from './approval.node.js';

const NOW = '2026-01-02T03:04:05.678Z';

/** As it stands: `ann` is open, `ann:approve` was submitted. */
function task(text: string): TaskState {
  const [assignee = '', action] = text.split(':');
  if (action === undefined)
    return { assignee, status: 'open', action: null, values: {}, comment: null, submittedAt: null };
  return { assignee, status: 'done', action, values: { by: assignee, [assignee]: 1 }, comment: null, submittedAt: NOW };
}

const start = (config: JsonObject, context: Json = {}): Promise<Outcome> => runNode(approvalNode, { config, context });

function resume(approvers: string[], config: JsonObject, tasks: string[]): Promise<Outcome> {
  return runNode(approvalNode, {
    config: { approvers: ['changed', 'meanwhile'], ...config },
    waited: { result: { approvers, approvals: 0, rejections: 0 } },
    ports: { tasks: { find: async () => tasks.map(task) } },
  });
}

/** What comes out once the tasks that are left are closed. */
function settled(outcome: Outcome): Outcome {
  if (outcome.kind !== 'write') return outcome;
  expect(outcome).toMatchObject({ write: { kind: 'close_tasks' }, evenIfFailed: true });
  return outcome.settle(null);
}

const three = ['ann', 'bob', 'eve'];

describe('an approval', () => {
  it('asks all at once, with the actions it was given', async () => {
    const outcome = await start({ approvers: three, actions: ['approve', 'return', 'delegate'] });
    const task = { kind: 'approval', title: 'under-test', data: null, form: null };
    const actions = ['approve', 'return', 'delegate'];
    expect(outcome).toMatchObject({
      ...{ kind: 'suspend', resumeAt: null, result: { approvers: three } },
      write: { kind: 'open_tasks', tasks: three.map((assignee) => ({ ...task, assignee, actions })) },
    });
  });

  it('asks only the first when it goes one after the other', async () => {
    expect(await start({ approvers: three, order: 'sequential' })).toMatchObject({
      result: { approvers: three },
      write: { tasks: [{ assignee: 'ann', actions: ['approve', 'reject'] }] },
    });
  });

  it('is an error when a template names nobody: nothing is approved by nobody', async () => {
    await expect(start({ approvers: '{{$context.boss}}' })).rejects.toMatchObject({ code: 'no_approvers' });
  });

  it.each<[JsonObject, string[], string | null]>([
    [{}, ['ann:approve', 'bob:approve', 'eve'], null],
    [{}, ['ann:approve', 'bob:approve', 'eve:approve'], 'approved'],
    [{}, ['ann:reject', 'bob', 'eve'], 'rejected'],
    [{}, ['ann:return', 'bob', 'eve'], 'returned'],
    [{ agreement: 'any' }, ['ann:reject', 'bob:reject', 'eve'], null],
    [{ agreement: 'any' }, ['ann:reject', 'bob:approve', 'eve'], 'approved'],
    [{ agreement: 'any' }, ['ann:reject', 'bob:reject', 'eve:reject'], 'rejected'],
    [{ agreement: 'any' }, ['ann:approve', 'bob:return', 'eve'], 'approved'],
    [{ agreement: 'percentage', percentage: 50 }, ['ann:approve', 'bob', 'eve'], null],
    [{ agreement: 'percentage', percentage: 50 }, ['ann:approve', 'bob:approve', 'eve'], 'approved'],
    [{ agreement: 'percentage', percentage: 66 }, ['ann:approve', 'bob:reject', 'eve:approve'], 'approved'],
    [{ agreement: 'percentage', percentage: 67 }, ['ann:approve', 'bob:reject', 'eve'], 'rejected'],
    [{ agreement: 'percentage', percentage: 1 }, ['ann:approve', 'bob', 'eve'], 'approved'],
    [{}, ['ann:delegate', 'bob:approve', 'eve:approve', 'joe'], null],
    [{}, ['ann:delegate', 'bob:approve', 'eve:approve', 'joe:approve'], 'approved'],
    [{}, ['ann:delegate', 'joe:reject', 'bob', 'eve'], 'rejected'],
  ])('with %j of three and %j is %s', async (config, tasks, expected) => {
    const [through, branched] = [
      await resume(three, config, tasks),
      await resume(three, { ...config, branchMode: true }, tasks),
    ];
    if (expected === null) {
      expect([through, branched]).toMatchObject([{ kind: 'suspend' }, { kind: 'suspend' }]);
      return;
    }
    const names: Record<string, string> = { approved: 'approve', rejected: 'reject', returned: 'return' };
    expect(settled(branched)).toMatchObject({ kind: 'branch', name: names[expected], result: { status: expected } });
    const failed = { kind: 'fail', status: 'rejected', error: { code: `approval_${expected}` } };
    expect(settled(through)).toMatchObject({
      ...(expected === 'approved' ? { kind: 'done' } : failed),
      result: { status: expected },
    });
  });

  it.each<[string[], string[] | null]>([
    [['ann'], null],
    [['ann:approve'], ['bob']],
    [['ann:delegate', 'joe'], null],
    [['ann:delegate', 'joe:approve'], ['bob']],
    [['ann:approve', 'bob:delegate', 'ann:approve'], ['eve']],
  ])('one after the other with %j asks %j next', async (tasks, next) => {
    const outcome = await resume(three, { order: 'sequential' }, tasks);
    expect(outcome.kind).toBe('suspend');
    const write = outcome.kind === 'suspend' ? outcome.write : undefined;
    expect(write?.kind === 'open_tasks' ? write.tasks.map(({ assignee }) => assignee) : null).toEqual(next);
  });

  it('asks nobody else once it is decided', async () => {
    const config = { order: 'sequential', agreement: 'any' };
    expect(await resume(three, config, ['ann:approve'])).toMatchObject({ kind: 'done' });
    expect(await resume(three, { order: 'sequential' }, ['ann:reject'])).toMatchObject({ kind: 'fail' });
  });

  it('gives the data of all submissions over each other, and who said what', async () => {
    const outcome = settled(await resume(['ann', 'bob'], {}, ['ann:delegate', 'joe:approve', 'bob:approve']));
    expect(outcome).toMatchObject({
      result: {
        ...{ approvers: 2, approvals: 2, rejections: 0, ratio: 1, data: { by: 'bob', joe: 1, bob: 1 } },
        records: [{ assignee: 'joe' }, { assignee: 'bob' }],
      },
    });
    expect(outcome).not.toHaveProperty('result.data.ann');
  });

  it('takes a value named __proto__ for data', async () => {
    const values = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject;
    const outcome = await runNode(approvalNode, {
      config: { approvers: ['ann'] },
      waited: { result: { approvers: ['ann'], approvals: 0, rejections: 0 } },
      ports: { tasks: { find: async () => [{ ...task('ann:approve'), values }] } },
    });
    const { data } = (outcome as Extract<Outcome, { kind: 'done' }>).result as { data: JsonObject };
    expect([Object.keys(data), 'polluted' in data]).toEqual([['__proto__'], false]);
  });

  it('fails or goes on undecided when its time is over', async () => {
    const late = { timeout: 245_000 };
    expect(settled(await resume(three, late, ['ann:approve', 'bob', 'eve']))).toMatchObject({
      ...{ kind: 'fail', status: 'failed', error: { code: 'task_timeout' } },
    });
    const goOn = await resume(three, { ...late, onTimeout: 'continue', branchMode: true }, ['ann']);
    expect(settled(goOn)).toMatchObject({ kind: 'branch', name: 'approve', result: { status: 'undecided' } });
  });

  it('does not wait for ever when its tasks are gone', async () => {
    expect(await resume(three, {}, ['ann:approve'])).toMatchObject({ error: { code: 'no_open_task' } });
    expect(await resume(three, { order: 'sequential', agreement: 'any' }, [])).toMatchObject({ kind: 'suspend' });
  });

  it('is only for workflows that start with an approval, and closes its tasks when the wait is given up', () => {
    expect(approvalNode.triggers).toEqual(['approval']);
    expect(approvalNode.abandon?.({} as never)).toEqual({ kind: 'close_tasks' });
  });

  it('refuses branches without branchMode, and a percentage that is not stated', () => {
    const check = (config: JsonObject, branches: Record<string, never[]> = {}) =>
      approvalNode.check?.(config, { key: 'a', type: 'approval', config, branches });
    expect(check({ approvers: ['ann'] }, { approve: [] })).toMatchObject([{ pointer: '/branchMode' }]);
    expect(check({ approvers: ['ann'], branchMode: true }, { approve: [] })).toEqual([]);
    expect(check({ approvers: ['ann'], agreement: 'percentage' })).toMatchObject([{ pointer: '/percentage' }]);
  });
});
