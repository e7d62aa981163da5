import { defineTrigger } from '../contract/trigger.js';
import type { ActionTrigger } from '../contract/workflow-document.js';
import { checkWait, waitOf } from './check-wait.js';
import { collectionSchema } from '../definition/record-names.js';
import { actionsSchema, globalSchema, triggerSchema, waitSchema } from './trigger-schemas.js';

const MODES = ['async', 'sync'] as const;
const ACTIONS: ActionTrigger['actions'] = ['create', 'update'];

export const actionTrigger = defineTrigger<ActionTrigger>({
  type: 'action',
  title: 'After a record action',
  docs:
    'Starts after somebody created or updated a record over the API (`/api/v1/collections/<name>/records`); writes by ' +
    'nodes do not count. The record is committed before, and whatever becomes of the execution does not undo it. In mode ' +
    '`sync` the call waits for the end, up to `timeout`, before it is answered, as it would be without.',
  context: '`data` (the record as stored), `user` (name of the API key) and `roleName` (its role).',
  configSchema: triggerSchema(
    'action',
    MODES,
    {
      collection: collectionSchema,
      actions: actionsSchema(ACTIONS, 'What must have been done.'),
      global: globalSchema,
      timeout: waitSchema,
    },
    ['collection'],
  ),
  modes: MODES,
  check: checkWait,
  fill: (trigger) => ({
    type: 'action',
    mode: trigger.mode === 'sync' ? 'sync' : 'async',
    collection: String(trigger.collection),
    actions: (trigger.actions ?? ACTIONS) as ActionTrigger['actions'],
    global: trigger.global === true,
    timeoutMs: waitOf(trigger),
  }),
  binding: ({ collection, actions, global, timeoutMs }) => ({
    kind: 'action',
    collection,
    events: actions,
    isGlobal: global,
    config: { timeoutMs },
  }),
  examples: [
    {
      key: 'order-entered',
      title: 'Every order that somebody enters',
      trigger: { type: 'action', collection: 'orders', actions: ['create'], global: true },
      nodes: [{ type: 'output', config: { value: 'entered by {{$context.user}}' } }],
    },
    {
      key: 'recheck',
      title: 'Only when the call asks for it, and waits',
      trigger: { type: 'action', mode: 'sync', collection: 'orders', timeout: '10s' },
      nodes: [{ key: 'total', type: 'calculation', config: { expression: '{{$context.data.amount}} * 2' } }],
    },
  ],
});
