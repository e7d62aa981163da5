import { defineTrigger } from '../contract/trigger.js';
import type { InterceptionTrigger } from '../contract/workflow-document.js';
import { checkWait, waitOf } from './check-wait.js';
import { collectionSchema } from '../definition/record-names.js';
import { actionsSchema, globalSchema, triggerSchema, waitSchema } from './trigger-schemas.js';

const MODES = ['sync'] as const;
const ACTIONS: InterceptionTrigger['actions'] = ['create', 'update', 'destroy'];

export const requestInterceptionTrigger = defineTrigger<InterceptionTrigger>({
  type: 'request-interception',
  title: 'Before a record action',
  docs:
    'Runs before somebody creates, updates or deletes a record over the API, and may prevent it; writes by nodes do not ' +
    'count. An execution that runs through lets the call go on. One that reaches an end node prevents it: with ' +
    '`endStatus: resolved` the call is answered 200 and nothing is written, with `failed` 400 and the messages of the ' +
    'response-message nodes as `errors`. Any other failure, and no end within `timeout`, prevents it with 500. Workflows ' +
    'that the call names come first, in its order, then the global ones, oldest first; the first that prevents decides.',
  context:
    '`user` (name of the API key), `roleName` (its role), `action` (`create`, `update`, `destroy`) and `params`: ' +
    '`filterByTk` (id of the record; null when one is created) and `values` (what is to be written; null when it is deleted).',
  configSchema: triggerSchema(
    'request-interception',
    MODES,
    {
      collection: collectionSchema,
      actions: actionsSchema(ACTIONS, 'What is intercepted.'),
      global: globalSchema,
      timeout: {
        ...waitSchema,
        description: 'Longest wait for the end, at most 120s; after it the call is prevented.',
      },
    },
    ['collection'],
  ),
  modes: MODES,
  check: checkWait,
  fill: (trigger) => ({
    type: 'request-interception',
    mode: 'sync',
    collection: String(trigger.collection),
    actions: (trigger.actions ?? ACTIONS) as InterceptionTrigger['actions'],
    global: trigger.global === true,
    timeoutMs: waitOf(trigger),
  }),
  binding: ({ collection, actions, global, timeoutMs }) => ({
    kind: 'request-interception',
    collection,
    events: actions,
    isGlobal: global,
    config: { timeoutMs },
  }),
  examples: [
    {
      key: 'order-limit',
      title: 'Orders above the limit are refused',
      trigger: { type: 'request-interception', collection: 'orders', actions: ['create', 'update'], global: true },
      nodes: [
        {
          type: 'condition',
          config: {
            engine: 'basic',
            calculation: { calculator: 'gt', operands: ['{{$context.params.values.amount}}', 1000] },
          },
          branches: { true: [{ type: 'end', config: { endStatus: 'failed' } }], false: [] },
        },
      ],
    },
    {
      key: 'keep-records',
      title: 'A delete that is asked for with this workflow only seems to happen',
      trigger: { type: 'request-interception', collection: 'orders', actions: ['destroy'] },
      nodes: [{ type: 'end', config: { endStatus: 'resolved' } }],
    },
  ],
});
