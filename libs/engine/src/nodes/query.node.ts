import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { defineNode } from '../contract/node.js';
import type { Scope } from '../contract/scope.js';
import type { RecordQuery } from '../contract/ports.js';
import { renderFilter } from '../expression/render-filter.js';
import { collectionSchema } from '../definition/record-names.js';
import { checkRecordConfig, filterSchema } from './record-config.js';

/** Config of a query, see contract.md 7. */
export type QueryNodeConfig = {
  collection: string;
  multiple?: boolean;
  filter?: JsonObject;
  sort?: string[];
  page?: number | string;
  pageSize?: number | string;
  failOnEmpty?: boolean;
};

/** Records a page may have at most: a node's result may have 1 MB, which 1,000 records of 1 KB fill. */
const PAGE_SIZE_MAX = 1000;
/** Pages beyond this are a mistake: skipping so many records takes the database longer than a statement may take. */
const PAGE_MAX = 1_000_000;

const pageSchema = (fallback: number, max: number): JsonObject => ({
  anyOf: [
    { type: 'integer', minimum: 1, maximum: max },
    { type: 'string', pattern: '\\{\\{' },
  ],
  default: fallback,
  description: `write a whole number from 1 to ${max}, or a template that gives one; only with "multiple"`,
});

export const queryNode = defineNode<QueryNodeConfig>({
  type: 'query',
  title: 'Query records',
  docs:
    'Reads the records of a collection that match the filter. With `multiple` the result is the list of one page, which ' +
    'may be empty; without it is the first record, or null. Without `sort` they go by `id`, ascending. With ' +
    '`failOnEmpty` the node ends as `failed` when nothing matches. A template in the filter that finds nothing is an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['collection'],
    properties: {
      collection: collectionSchema,
      multiple: { type: 'boolean', default: false, description: 'A list of records instead of the first one.' },
      filter: { ...filterSchema, default: {} },
      sort: {
        type: 'array',
        maxItems: 10,
        uniqueItems: true,
        default: [],
        items: { type: 'string', pattern: '^-?[a-z][A-Za-z0-9_]{0,62}$' },
        description: 'Names of fields, `-name` for descending.',
      },
      page: pageSchema(1, PAGE_MAX),
      pageSize: pageSchema(20, PAGE_SIZE_MAX),
      failOnEmpty: { type: 'boolean', default: false, description: 'End as failed when nothing matches.' },
    },
  },
  branches: [],
  effect: 'pure',
  raw: ['collection', 'filter', 'sort'],
  check: checkRecordConfig,
  examples: [
    {
      title: 'Find a customer by e-mail address',
      config: { collection: 'customers', filter: { email: { $eq: '{{$context.data.email}}' } } },
      context: { data: { email: 'ann@example.com' } },
      answer: [{ id: 1, email: 'ann@example.com' }],
      expect: { kind: 'done', result: { id: 1, email: 'ann@example.com' } },
    },
    {
      title: 'List the newest large orders',
      config: {
        collection: 'orders',
        multiple: true,
        filter: { amount: { $gte: 100 }, status: { $in: ['new', 'paid'] } },
        sort: ['-createdAt'],
        page: '{{$context.query.page}}',
        pageSize: 2,
      },
      context: { query: { page: '3' } },
      answer: [
        { id: 9, amount: 120 },
        { id: 7, amount: 100 },
      ],
      expect: {
        kind: 'done',
        result: [
          { id: 9, amount: 120 },
          { id: 7, amount: 100 },
        ],
      },
    },
    {
      title: 'Give null when nothing matches',
      config: { collection: 'customers', filter: { email: { $endsWith: '@example.org' } } },
      answer: [],
      expect: { kind: 'done', result: null },
    },
    {
      title: 'Fail when nothing matches',
      config: { collection: 'orders', multiple: true, filter: { status: { $eq: 'lost' } }, failOnEmpty: true },
      answer: [],
      expect: {
        kind: 'fail',
        status: 'failed',
        error: { code: 'no_records', message: 'No record of "orders" matches the filter.' },
        result: [],
      },
    },
  ],
  async run({ config, scope, ports }) {
    const records = await ports.data.query(toQuery(config, scope));
    const result: Json = config.multiple === true ? records : (records[0] ?? null);
    if (records.length > 0 || config.failOnEmpty !== true) return { kind: 'done', result };
    const error = { code: 'no_records', message: `No record of "${config.collection}" matches the filter.` };
    return { kind: 'fail', status: 'failed', error, result };
  },
});

function toQuery({ collection, filter = {}, sort = [], ...config }: QueryNodeConfig, scope: Scope): RecordQuery {
  const asked = { collection, filter: renderFilter(filter, scope), sort };
  if (config.multiple !== true) return { ...asked, page: 1, pageSize: 1 };
  const page = pageNumber('page', config.page ?? 1, PAGE_MAX);
  return { ...asked, page, pageSize: pageNumber('pageSize', config.pageSize ?? 20, PAGE_SIZE_MAX) };
}

/** @throws EngineError `invalid_page` for anything but a whole number from 1 to `max`, as number or text. */
function pageNumber(name: string, value: Json, max: number): number {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw new EngineError('invalid_page', `"${name}" must be a whole number from 1 to ${max}.`);
}
