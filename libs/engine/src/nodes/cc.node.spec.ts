import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { ccNode } from './cc.node.js';

describe('a carbon copy', () => {
  it('opens a task without actions for each distinct user and goes on at once', async () => {
    const config = { users: ['ann', '{{$context.team}}'], title: 'For {{$context.id}}', data: '{{$context}}' };
    const context = { team: ['bob', 'ann'], id: 7 };
    const outcome = await runNode(ccNode, { config, context });
    const task = { kind: 'cc', title: 'For 7', data: context, form: null, actions: [] };
    expect(outcome).toMatchObject({
      kind: 'write',
      write: {
        kind: 'open_tasks',
        tasks: [
          { ...task, assignee: 'ann' },
          { ...task, assignee: 'bob' },
        ],
      },
    });
    const done = outcome.kind === 'write' ? outcome.settle({ tasks: 2 }) : null;
    expect(done).toEqual({ kind: 'done', result: { users: ['ann', 'bob'], tasks: 2 } });
  });

  it('writes nothing when there is nobody to tell', async () => {
    const outcome = await runNode(ccNode, { config: { users: '{{$context.nobody}}' } });
    expect(outcome).toEqual({ kind: 'done', result: { users: [], tasks: 0 } });
  });

  it('may stand in a sync workflow: it does not wait', () => {
    expect(ccNode.suspends).toBeUndefined();
  });
});
