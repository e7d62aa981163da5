import type { JsonObject } from '#shared';
import { defineNode } from '../contract/node.js';
import { collectionSchema } from '../definition/record-names.js';
import { checkRecordConfig, valuesSchema } from './record-config.js';

/** Config of a create, see contract.md 7. */
export type CreateNodeConfig = { collection: string; values?: JsonObject };

export const createNode = defineNode<CreateNodeConfig>({
  type: 'create',
  title: 'Create record',
  docs:
    'Creates a record in a collection; the result is the record as stored, with its `id` and times. A value whose ' +
    'template finds nothing is left out, so that the default of the field applies. The record and the journal entry of ' +
    'this node commit together: it is created exactly once, whatever worker is lost. A value that the field does not ' +
    'take, a missing required field or a duplicate in a unique one is an `error`, and nothing is written.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['collection'],
    properties: { collection: collectionSchema, values: { ...valuesSchema, default: {} } },
  },
  branches: [],
  effect: 'pure',
  raw: ['collection'],
  check: checkRecordConfig,
  examples: [
    {
      title: 'Keep an order',
      config: {
        collection: 'orders',
        values: { number: '{{$context.data.id}}', customer: '{{$context.data.customer.name}}', status: 'new' },
      },
      context: { data: { id: 7, customer: { name: 'Ann' } } },
      expect: {
        kind: 'write',
        write: {
          kind: 'create_record',
          collection: 'orders',
          values: { number: 7, customer: 'Ann', status: 'new' },
        },
      },
    },
    {
      title: 'Keep the body of a request as it came',
      config: { collection: 'inbox', values: { body: '{{$context.data}}', receivedAt: '{{$context.receivedAt}}' } },
      context: { data: { a: [1, 2] }, receivedAt: '2026-01-02T03:04:05.000Z' },
      expect: {
        kind: 'write',
        write: {
          kind: 'create_record',
          collection: 'inbox',
          values: { body: { a: [1, 2] }, receivedAt: '2026-01-02T03:04:05.000Z' },
        },
      },
    },
    {
      title: 'Leave a field to its default when the request does not have it',
      config: { collection: 'customers', values: { name: 'Ann', level: '{{$context.data.level}}' } },
      context: { data: {} },
      expect: {
        kind: 'write',
        write: { kind: 'create_record', collection: 'customers', values: { name: 'Ann' } },
      },
    },
  ],
  run({ config }) {
    return {
      kind: 'write',
      write: { kind: 'create_record', collection: config.collection, values: config.values ?? {} },
      settle: (record) => ({ kind: 'done', result: record }),
    };
  },
});
