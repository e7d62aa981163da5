import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import type { Outcome } from '../contract/outcome.js';
import type { TaskState } from '../contract/ports.js';
import { runNode } from '../testing/run-node.js';
import { compileWorkflow } from './compile-workflow.js';
import { manualNode } from './manual.node.js';

const NOW = '2026-01-02T03:04:05.678Z';

/** As it stands: `ann` is open, `ann:continue` was submitted, `ann:-` was closed. */
function task(text: string): TaskState {
  const [assignee = '', action] = text.split(':');
  const none = { assignee, action: null, values: {}, comment: null, submittedAt: null };
  if (action === undefined) return { ...none, status: 'open' };
  if (action === '-') return { ...none, status: 'closed' };
  if (action === 'save') return { ...none, status: 'open', action, values: { draft: true } };
  return { ...none, status: 'done', action, values: { by: assignee }, submittedAt: NOW };
}

const start = (config: JsonObject, context: Json = {}): Promise<Outcome> => runNode(manualNode, { config, context });

function resume(config: JsonObject, tasks: string[]): Promise<Outcome> {
  return runNode(manualNode, {
    config: { assignees: ['ann'], ...config },
    waited: { result: { assigned: [], continued: 0, rejected: 0 } },
    ports: { tasks: { find: async () => tasks.map(task) } },
  });
}

/** What comes out once the tasks that are left are closed. */
function settled(outcome: Outcome): Outcome {
  if (outcome.kind !== 'write') return outcome;
  expect(outcome).toMatchObject({ write: { kind: 'close_tasks' }, evenIfFailed: true });
  return outcome.settle(null);
}

describe('a manual node', () => {
  it('opens a task for each distinct assignee and waits until it is woken', async () => {
    const config = {
      assignees: ['ann', '{{$context.more}}', null, ' ', 7],
      title: 'Order {{$context.id}}',
      data: { id: '{{$context.id}}' },
      form: { type: 'object', properties: { price: { default: '{{$context.price}}' } } },
    };
    const outcome = await start(config, { more: ['bob', ['ann', 'eve ']], id: 3, price: 5 });
    const shown = {
      kind: 'manual',
      title: 'Order 3',
      data: { id: 3 },
      form: { type: 'object', properties: { price: { default: 5 } } },
      actions: ['continue', 'reject', 'save'],
    };
    const assigned = ['ann', 'bob', 'eve', '7'];
    expect(outcome).toEqual({
      kind: 'suspend',
      resumeAt: null,
      result: { assigned, continued: 0, rejected: 0 },
      write: { kind: 'open_tasks', tasks: assigned.map((assignee) => ({ ...shown, assignee })) },
    });
  });

  it.each<[string, Json]>([
    ['single', null],
    ['all', { submissions: [], assigned: 0, continued: 0, rejected: 0, ratio: 1 }],
    ['any', { submissions: [], assigned: 0, continued: 0, rejected: 0, ratio: 1 }],
  ])('with nobody assigned resolves at once (%s)', async (mode, result) => {
    expect(await start({ assignees: [], mode })).toEqual({ kind: 'done', result });
    expect(await start({ assignees: '{{$context.none}}', mode })).toEqual({ kind: 'done', result });
  });

  it.each<[string, Json, string]>([
    ['an object', { id: 1 }, 'invalid_people'],
    ['a name that is too long', 'x'.repeat(201), 'invalid_people'],
    ['too many', Array.from({ length: 201 }, (_none, n) => n), 'too_many_people'],
  ])('is an error when a template gives %s', async (_what, who, code) => {
    await expect(start({ assignees: ['{{$context.who}}'] }, { who })).rejects.toMatchObject({ code });
  });

  it('is an error when a template makes the form illegal or the task too large', async () => {
    const form = { type: '{{$context.type}}' };
    await expect(start({ assignees: ['ann'], form }, { type: 'text' })).rejects.toMatchObject({ code: 'invalid_form' });
    const data = 'x'.repeat(64 * 1024);
    await expect(start({ assignees: ['ann'], data: '{{$context.data}}' }, { data })).rejects.toMatchObject({
      code: 'task_too_large',
    });
  });

  it.each<[string, string[], string | null]>([
    ['single', ['ann', 'bob'], null],
    ['single', ['ann:save', 'bob'], null],
    ['single', ['bob:continue', 'ann'], 'done'],
    ['single', ['bob:reject', 'ann'], 'rejected'],
    ['single', ['bob:continue', 'ann:reject'], 'done'],
    ['single', ['ann:reject', 'bob:continue'], 'rejected'],
    ['all', ['ann:continue', 'bob'], null],
    ['all', ['ann:continue', 'bob:continue'], 'done'],
    ['all', ['ann:reject', 'bob'], 'rejected'],
    ['all', ['ann:continue', 'bob:reject'], 'rejected'],
    ['any', ['ann:reject', 'bob'], null],
    ['any', ['ann:reject', 'bob:continue', 'eve'], 'done'],
    ['any', ['ann:reject', 'bob:reject'], 'rejected'],
    ['any', ['ann:continue', 'bob:reject'], 'done'],
  ])('in mode %s with %j is %s', async (mode, tasks, expected) => {
    const outcome = settled(await resume({ mode }, tasks));
    if (expected === null) expect(outcome).toMatchObject({ kind: 'suspend', resumeAt: null });
    else if (expected === 'done') expect(outcome).toMatchObject({ kind: 'done' });
    else expect(outcome).toMatchObject({ kind: 'fail', status: 'rejected', error: { code: 'task_rejected' } });
  });

  it('closes what is still open together with the decision, and only then', async () => {
    expect(await resume({}, ['bob:continue', 'ann'])).toMatchObject({ kind: 'write' });
    expect(await resume({}, ['bob:continue', 'ann:-'])).toMatchObject({ kind: 'done' });
    expect(await resume({ mode: 'all' }, ['bob:reject', 'ann'])).toMatchObject({ kind: 'write' });
  });

  it('gives who decided, or who said what', async () => {
    expect(settled(await resume({}, ['bob:reject', 'ann']))).toMatchObject({
      result: { action: 'reject', assignee: 'bob', values: { by: 'bob' }, comment: null, submittedAt: NOW },
      error: { message: 'bob rejected the task.' },
    });
    expect(settled(await resume({ mode: 'any' }, ['bob:reject', 'ann:continue', 'eve', 'joe']))).toMatchObject({
      result: {
        submissions: [
          { action: 'reject', assignee: 'bob' },
          { action: 'continue', assignee: 'ann' },
        ],
        ...{ assigned: 4, continued: 1, rejected: 1, ratio: 0.5 },
      },
    });
  });

  it('fails or goes on when its time is over, and waits no longer than that', async () => {
    // The visit under test began 245.678 seconds ago.
    const late = { timeout: 245_000 };
    expect(settled(await resume(late, ['ann']))).toMatchObject({
      ...{ kind: 'fail', status: 'failed', error: { code: 'task_timeout' }, result: null },
    });
    const goOn = await resume({ ...late, onTimeout: 'continue', mode: 'all' }, ['ann:continue', 'bob']);
    expect(settled(goOn)).toMatchObject({ kind: 'done', result: { continued: 1, assigned: 2, ratio: 0.5 } });
    expect(settled(await resume(late, ['ann:continue', 'bob']))).toMatchObject({ kind: 'done' });
    expect(await resume({ timeout: 246_000 }, ['ann'])).toMatchObject({
      resumeAt: new Date('2026-01-02T03:04:06.000Z'),
    });
    expect(await start({ assignees: ['ann'], timeout: 1_000 })).toMatchObject({
      resumeAt: new Date('2026-01-02T03:04:06.678Z'),
    });
  });

  it('does not wait for ever when its tasks are gone', async () => {
    expect(await resume({ mode: 'all' }, ['ann:continue', 'bob:-'])).toMatchObject({
      ...{ kind: 'fail', status: 'error', error: { code: 'no_open_task' } },
    });
  });

  it('closes its tasks when the wait is given up', () => {
    expect(manualNode.abandon?.({} as never)).toEqual({ kind: 'close_tasks' });
  });

  it.each<[string, JsonObject]>([
    ['is no JSON Schema', { typo: true }],
    ['has a pattern that a payload chooses', { properties: { a: { type: 'string', pattern: '{{$context.data.p}}' } } }],
    ['has a pattern of names that a payload chooses', { patternProperties: { '{{$context.data.p}}': {} } }],
  ])('refuses a form that %s', (_why, form) => {
    const nodes = [{ type: 'manual', config: { assignees: ['ann'], form } }];
    const compiled = compileWorkflow({ trigger: { type: 'webhook' }, nodes });
    expect(compiled).toMatchObject({ ok: false, faults: [{ pointer: '/nodes/0/config/form', code: 'invalid' }] });
  });
});
