import { isJsonObject, type Json, type JsonObject } from '#shared';
import { defineTrigger } from '../contract/trigger.js';
import type { CollectionTrigger, Fault, RecordEvent } from '../contract/workflow-document.js';
import { checkFilter } from '../expression/check-filter.js';
import { templatePaths } from '../expression/template.js';
import { collectionSchema, fieldSchema } from '../definition/record-names.js';
import { triggerSchema } from './trigger-schemas.js';

const MODES = ['async'] as const;
const EVENTS: readonly RecordEvent[] = ['created', 'updated', 'deleted'];

export const collectionTrigger = defineTrigger<CollectionTrigger>({
  type: 'collection',
  title: 'Records of a collection',
  docs:
    'Starts one execution per record that was created, updated or deleted, whoever did it: the API, or a node of a ' +
    'workflow. The execution is committed together with the record: a write that is rolled back starts nothing, one that ' +
    'is committed starts exactly one. Workflows that start each other through records end at `options.stackLimit`. ' +
    'SQL statements and writes by other programs start nothing.',
  context:
    '`data` (the record after the change; a deleted one as it was), `event` (`created`, `updated`, `deleted`), `changed` ' +
    '(names of the fields that an update changed) and, after an update, `previous` (the record before).',
  configSchema: triggerSchema(
    'collection',
    MODES,
    {
      collection: collectionSchema,
      events: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { enum: [...EVENTS] },
        default: ['created', 'updated'],
        description: 'What must happen to a record.',
      },
      changed: {
        type: 'array',
        maxItems: 200,
        uniqueItems: true,
        items: fieldSchema,
        default: [],
        description:
          'An update counts only when one of these fields changed; none: any update. Says nothing about other events.',
      },
      filter: {
        type: 'object',
        default: {},
        description:
          'Records that count, as in a query node: {field: {$eq: value}}. Looked at after the change, for a deleted record ' +
          'before. Values are literals.',
      },
    },
    ['collection'],
  ),
  modes: MODES,
  check: (trigger) => [...checkChanged(trigger), ...checkRecordFilter(trigger.filter)],
  fill: fillCollection,
  binding: ({ collection, events, changed, filter }) => ({
    kind: 'collection',
    collection,
    events,
    isGlobal: true,
    config: { changed, filter },
  }),
  examples: [
    {
      key: 'new-customer',
      title: 'A welcome for every new customer',
      trigger: { type: 'collection', collection: 'customers', events: ['created'] },
      nodes: [
        {
          type: 'request',
          config: { url: 'https://example.com/welcome', data: { email: '{{$context.data.email}}' } },
        },
      ],
    },
    {
      key: 'order-paid',
      title: 'Orders whose status became paid',
      trigger: {
        type: 'collection',
        collection: 'orders',
        events: ['updated'],
        changed: ['status'],
        filter: { status: { $eq: 'paid' } },
      },
      nodes: [{ type: 'output', config: { value: '{{$context.previous.status}}' } }],
    },
  ],
});

function fillCollection({ collection, events, changed, filter }: JsonObject): CollectionTrigger {
  return {
    type: 'collection',
    mode: 'async',
    collection: String(collection),
    events: (events ?? ['created', 'updated']) as RecordEvent[],
    changed: (changed ?? []) as string[],
    filter: isJsonObject(filter) ? filter : {},
  };
}

function checkChanged({ changed, events = ['created', 'updated'] }: JsonObject): Fault[] {
  const asked = Array.isArray(changed) && changed.length > 0;
  if (!asked || !Array.isArray(events) || events.includes('updated')) return [];
  const message = 'only updates change fields: add "updated" to the events, or remove this';
  return [{ pointer: '/trigger/changed', code: 'invalid', message }];
}

function checkRecordFilter(filter: Json | undefined): Fault[] {
  if (filter === undefined) return [];
  const faults = checkFilter(filter, '/trigger/filter');
  if (faults.length > 0) return faults;
  const paths = templatePaths(filter);
  const message = 'write literals: when records change there is no context yet that a template could read';
  return paths.length === 0 ? [] : [{ pointer: '/trigger/filter', code: 'invalid', message }];
}
