import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';
import { distinctPeople, peopleSchema } from './people-config.js';
import { contentSchemas, tasksFor, type TaskContent } from './task-content.js';

/** Config of a cc node, see contract.md 7. */
export type CcNodeConfig = Omit<TaskContent, 'form'> & { users?: Json };

export const ccNode = defineNode<CcNodeConfig>({
  type: 'cc',
  title: 'Carbon copy',
  docs:
    'Lets people know: each distinct user finds a task of kind `cc` among the open ones until it is marked as read. It ' +
    'resolves at once and waits for nobody. The result is `{users, tasks}`, who was told and how many they are; with no ' +
    'user it does nothing. A user who is named by neither text nor number, and more than 200 of them, are an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['users'],
    properties: { users: peopleSchema('Who is told'), ...contentSchemas },
  },
  branches: [],
  effect: 'pure',
  examples: [
    {
      title: 'Tell two people about a large order',
      config: {
        users: ['ann', 'bob'],
        title: 'Order {{$context.data.id}}',
        data: { amount: '{{$context.data.amount}}' },
      },
      context: { data: { id: 7, amount: 900 } },
      expect: {
        kind: 'write',
        write: {
          kind: 'open_tasks',
          tasks: [
            { kind: 'cc', assignee: 'ann', title: 'Order 7', data: { amount: 900 }, form: null, actions: [] },
            { kind: 'cc', assignee: 'bob', title: 'Order 7', data: { amount: 900 }, form: null, actions: [] },
          ],
        },
      },
    },
    {
      title: 'Tell everybody whom an earlier node found, once',
      config: { users: '{{$jobsMapByNodeKey.owners.email}}' },
      results: { owners: [{ email: 'ann@example.com' }, { email: 'bob@example.com' }, { email: 'ann@example.com' }] },
      expect: {
        kind: 'write',
        write: {
          kind: 'open_tasks',
          tasks: [
            { kind: 'cc', assignee: 'ann@example.com', title: 'under-test', data: null, form: null, actions: [] },
            { kind: 'cc', assignee: 'bob@example.com', title: 'under-test', data: null, form: null, actions: [] },
          ],
        },
      },
    },
    {
      title: 'Nobody to tell',
      config: { users: ['{{$context.data.owner}}'] },
      context: { data: {} },
      expect: { kind: 'done', result: { users: [], tasks: 0 } },
    },
  ],
  run({ config, node }) {
    const users = distinctPeople(config.users);
    if (users.length === 0) return { kind: 'done', result: { users, tasks: 0 } };
    const tasks = tasksFor(users, config, { kind: 'cc', actions: [], fallback: node.key });
    return {
      kind: 'write',
      write: { kind: 'open_tasks', tasks },
      settle: () => ({ kind: 'done', result: { users, tasks: users.length } }),
    };
  },
});
