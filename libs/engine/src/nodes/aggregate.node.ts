import { bignumber, round } from 'mathjs';
import type { Json, JsonObject } from '#shared';
import { defineNode } from '../contract/node.js';
import type { RecordAggregation } from '../contract/ports.js';
import type { Fault } from '../contract/workflow-document.js';
import { renderFilter } from '../expression/render-filter.js';
import { collectionSchema, fieldSchema } from '../definition/record-names.js';
import { checkRecordConfig, filterSchema } from './record-config.js';

/** Config of an aggregate, see contract.md 7. */
export type AggregateNodeConfig = {
  collection: string;
  aggregator: RecordAggregation['aggregator'];
  field?: string;
  filter?: JsonObject;
  distinct?: boolean;
  precision?: number;
};

const DEFAULT_PRECISION = 2;

export const aggregateNode = defineNode<AggregateNodeConfig>({
  type: 'aggregate',
  title: 'Aggregate records',
  docs:
    'Counts the records of a collection that match the filter, or gives sum, average, least or greatest value of a field. ' +
    'The result is a number rounded to `precision` decimals (as text when it has more digits than a number holds); least and greatest of texts or times are texts. Over no ' +
    'records it is 0. With `distinct` each value counts once. A field whose type has no such aggregate is an `error`, and ' +
    'so is a template in the filter that finds nothing.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['collection', 'aggregator'],
    properties: {
      collection: collectionSchema,
      aggregator: {
        type: 'string',
        enum: ['count', 'sum', 'avg', 'min', 'max'],
        description: 'What is worked out over the records that match.',
      },
      field: { ...fieldSchema, description: 'Name of a field; not needed to count records.' },
      filter: { ...filterSchema, default: {} },
      distinct: { type: 'boolean', default: false, description: 'Each value counts once.' },
      precision: { type: 'integer', minimum: 0, maximum: 14, default: DEFAULT_PRECISION, description: 'Decimals.' },
    },
  },
  branches: [],
  effect: 'pure',
  raw: ['collection', 'aggregator', 'field', 'filter'],
  check: (config) => [...checkRecordConfig(config), ...checkField(config)],
  examples: [
    {
      title: 'Sum the orders of a customer',
      config: {
        collection: 'orders',
        aggregator: 'sum',
        field: 'amount',
        filter: { customer: { $eq: '{{$context.data.customer}}' } },
      },
      context: { data: { customer: 'Ann' } },
      answer: 120.455,
      expect: { kind: 'done', result: 120.46 },
    },
    {
      title: 'Count the customers that ordered',
      config: { collection: 'orders', aggregator: 'count', field: 'customer', distinct: true },
      answer: 3,
      expect: { kind: 'done', result: 3 },
    },
    {
      title: 'Average to the whole number, 0 over nothing',
      config: { collection: 'orders', aggregator: 'avg', field: 'amount', precision: 0 },
      answer: null,
      expect: { kind: 'done', result: 0 },
    },
  ],
  async run({ config, scope, ports }) {
    const { collection, aggregator, field = null, filter = {}, distinct = false } = config;
    const found = await ports.data.aggregate({
      ...{ collection, aggregator, field, distinct },
      filter: renderFilter(filter, scope),
    });
    return { kind: 'done', result: aggregated(found, aggregator, config.precision ?? DEFAULT_PRECISION) };
  },
});

/** Storage gives a number that is longer than a double as text. */
function aggregated(value: number | string | null, aggregator: string, precision: number): Json {
  if (value === null) return 0;
  if (typeof value === 'number') return round(value, precision);
  // The least and greatest may be texts or times, whose digits are nothing to round.
  if (aggregator === 'min' || aggregator === 'max') return value;
  const rounded = round(bignumber(value), precision);
  const number = rounded.toNumber();
  return bignumber(String(number)).eq(rounded) ? number : rounded.toFixed();
}

function checkField({ aggregator, field, distinct }: AggregateNodeConfig): Fault[] {
  if (field !== undefined) return [];
  const needsField = aggregator !== 'count' ? `"${aggregator}" needs` : distinct === true ? '"distinct" needs' : null;
  if (needsField === null) return [];
  return [{ pointer: '/field', code: 'missing', message: `${needsField} the name of a field` }];
}
