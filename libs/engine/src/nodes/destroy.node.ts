import type { JsonObject } from '#shared';
import { defineNode } from '../contract/node.js';
import { renderFilter } from '../expression/render-filter.js';
import { collectionSchema } from '../definition/record-names.js';
import { checkRecordConfig, filterSchema } from './record-config.js';

/** Config of a destroy, see contract.md 7. */
export type DestroyNodeConfig = { collection: string; filter: JsonObject };

export const destroyNode = defineNode<DestroyNodeConfig>({
  type: 'destroy',
  title: 'Destroy records',
  docs:
    'Destroys every record of a collection that matches the filter; `{}` matches all. The result is the number of ' +
    'records, which may be 0. A template in the filter that finds nothing is an `error`: left out, it would match more ' +
    'than was meant. The records and the journal entry of this node commit together.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['collection', 'filter'],
    properties: { collection: collectionSchema, filter: filterSchema },
  },
  branches: [],
  effect: 'pure',
  raw: ['collection', 'filter'],
  check: checkRecordConfig,
  examples: [
    {
      title: 'Forget a customer',
      config: { collection: 'customers', filter: { email: { $eq: '{{$context.data.email}}' } } },
      context: { data: { email: 'ann@example.com' } },
      expect: {
        kind: 'write',
        write: {
          kind: 'destroy_records',
          collection: 'customers',
          filter: { email: { $eq: { $value: 'ann@example.com' } } },
        },
      },
    },
    {
      title: 'Destroy those that a list names',
      config: { collection: 'drafts', filter: { number: { $in: '{{$context.data.numbers}}' } } },
      context: { data: { numbers: [1, 2] } },
      expect: {
        kind: 'write',
        write: { kind: 'destroy_records', collection: 'drafts', filter: { number: { $in: { $value: [1, 2] } } } },
      },
    },
    {
      title: 'Destroy what is old and not kept',
      config: {
        collection: 'sessions',
        filter: { $not: { kept: { $eq: true } }, createdAt: { $lt: '{{$context.data.before}}' } },
      },
      context: { data: { before: '2026-01-01T00:00:00Z' } },
      expect: {
        kind: 'write',
        write: {
          kind: 'destroy_records',
          collection: 'sessions',
          filter: {
            $not: { kept: { $eq: { $value: true } } },
            createdAt: { $lt: { $value: '2026-01-01T00:00:00Z' } },
          },
        },
      },
    },
  ],
  run({ config, scope }) {
    const filter = renderFilter(config.filter, scope);
    return {
      kind: 'write',
      write: { kind: 'destroy_records', collection: config.collection, filter },
      settle: (count) => ({ kind: 'done', result: count }),
    };
  },
});
