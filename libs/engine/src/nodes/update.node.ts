import type { JsonObject } from '#shared';
import { defineNode } from '../contract/node.js';
import { renderFilter } from '../expression/render-filter.js';
import { collectionSchema } from '../definition/record-names.js';
import { checkRecordConfig, filterSchema, valuesSchema } from './record-config.js';

/** Config of an update, see contract.md 7. */
export type UpdateNodeConfig = { collection: string; filter: JsonObject; values: JsonObject };

export const updateNode = defineNode<UpdateNodeConfig>({
  type: 'update',
  title: 'Update records',
  docs:
    'Writes values into every record of a collection that matches the filter; `{}` matches all. The result is the number ' +
    'of records, which may be 0. A value whose template finds nothing leaves its field as it is; in the filter it is an ' +
    '`error`. The records and the journal entry of this node commit together, so they are updated exactly once. A value ' +
    'that the field does not take or a duplicate in a unique field is an `error`, and nothing is written.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['collection', 'filter', 'values'],
    properties: { collection: collectionSchema, filter: filterSchema, values: { ...valuesSchema, minProperties: 1 } },
  },
  branches: [],
  effect: 'pure',
  raw: ['collection', 'filter'],
  check: checkRecordConfig,
  examples: [
    {
      title: 'Mark an order as paid',
      config: {
        collection: 'orders',
        filter: { number: { $eq: '{{$context.data.order}}' }, status: { $ne: 'paid' } },
        values: { status: 'paid', paidAt: '{{$context.data.at}}' },
      },
      context: { data: { order: 7, at: '2026-01-02T03:04:05Z' } },
      expect: {
        kind: 'write',
        write: {
          kind: 'update_records',
          collection: 'orders',
          filter: { number: { $eq: { $value: 7 } }, status: { $ne: { $value: 'paid' } } },
          values: { status: 'paid', paidAt: '2026-01-02T03:04:05Z' },
        },
      },
    },
    {
      title: 'Close what one of two conditions holds for',
      config: {
        collection: 'tickets',
        filter: { $or: [{ priority: { $lt: 2 } }, { assignee: { $null: true } }] },
        values: { open: false },
      },
      expect: {
        kind: 'write',
        write: {
          kind: 'update_records',
          collection: 'tickets',
          filter: { $or: [{ priority: { $lt: { $value: 2 } } }, { assignee: { $null: { $value: true } } }] },
          values: { open: false },
        },
      },
    },
    {
      title: 'Take an object in a payload for a value, never for an operator',
      config: {
        collection: 'customers',
        filter: { email: { $eq: '{{$context.data.email}}' } },
        values: { subscribed: false },
      },
      context: { data: { email: { $ne: null } } },
      expect: {
        kind: 'write',
        write: {
          kind: 'update_records',
          collection: 'customers',
          filter: { email: { $eq: { $value: { $ne: null } } } },
          values: { subscribed: false },
        },
      },
    },
  ],
  run({ config, scope }) {
    const filter = renderFilter(config.filter, scope);
    return {
      kind: 'write',
      write: { kind: 'update_records', collection: config.collection, filter, values: config.values },
      settle: (count) => ({ kind: 'done', result: count }),
    };
  },
});
