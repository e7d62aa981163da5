import type { JsonObject } from '#shared';
import { defineTrigger } from '../contract/trigger.js';
import type { CustomActionTrigger, Fault } from '../contract/workflow-document.js';
import { checkWait, waitOf } from './check-wait.js';
import { collectionSchema } from '../definition/record-names.js';
import { triggerSchema, waitSchema } from './trigger-schemas.js';

const MODES = ['async', 'sync'] as const;
const RECORDS: readonly CustomActionTrigger['records'][] = ['none', 'single', 'multiple'];

export const customActionTrigger = defineTrigger<CustomActionTrigger>({
  type: 'custom-action',
  title: 'On demand',
  docs:
    'Starts when somebody asks for it over the API: with a record ' +
    '(`POST /api/v1/collections/<name>/records/<id>/trigger?triggerWorkflows=<key>`), with several ' +
    '(`POST /api/v1/collections/<name>/records/trigger?triggerWorkflows=<key>&ids=1,2`) or without any ' +
    '(`POST /api/v1/workflows/<key>/trigger`). A call that reaches no enabled workflow of this kind is refused. In mode ' +
    '`sync` the call waits, up to `timeout`, and is answered with the outcome and the messages.',
  context:
    '`data` (the record, the list of records, or without records what the body gives as `data`), `user` (name of the API ' +
    'key) and `roleName` (its role).',
  configSchema: triggerSchema('custom-action', MODES, {
    records: {
      enum: [...RECORDS],
      default: 'none',
      description: 'What a call brings: no record, exactly one, or a list.',
    },
    collection: { ...collectionSchema, description: 'Collection of the records; needed unless `records` is `none`.' },
    timeout: waitSchema,
  }),
  modes: MODES,
  check: (trigger) => [...checkRecords(trigger), ...checkWait(trigger)],
  fill: (trigger) => ({
    type: 'custom-action',
    mode: trigger.mode === 'sync' ? 'sync' : 'async',
    records: (trigger.records ?? 'none') as CustomActionTrigger['records'],
    collection: typeof trigger.collection === 'string' ? trigger.collection : null,
    timeoutMs: waitOf(trigger),
  }),
  binding: ({ collection, records, timeoutMs }) => ({
    kind: 'custom-action',
    collection,
    events: [records],
    isGlobal: false,
    config: { timeoutMs },
  }),
  examples: [
    {
      key: 'remind-customer',
      title: 'A button beside one record',
      trigger: { type: 'custom-action', mode: 'sync', records: 'single', collection: 'customers' },
      nodes: [
        { type: 'request', config: { url: 'https://example.com/remind', data: { to: '{{$context.data.email}}' } } },
      ],
    },
    {
      key: 'clear-cache',
      title: 'A button that needs no record',
      trigger: { type: 'custom-action' },
      nodes: [{ type: 'output', config: { value: 'asked for by {{$context.user}}' } }],
    },
  ],
});

function checkRecords({ records = 'none', collection }: JsonObject): Fault[] {
  const pointer = '/trigger/collection';
  if (records === 'none' && collection !== undefined) {
    return [{ pointer, code: 'invalid', message: 'say with "records" whether a call brings one (single) or several' }];
  }
  const needs = records === 'single' || records === 'multiple';
  if (!needs || collection !== undefined) return [];
  return [{ pointer, code: 'missing', message: 'name the collection of the records' }];
}
