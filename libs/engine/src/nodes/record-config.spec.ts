import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { compileWorkflow } from './compile-workflow.js';

/** `pointer code` of each fault of one node, the pointer within the node. */
function faultsOf(type: string, config: JsonObject): string[] {
  const compiled = compileWorkflow({ trigger: { type: 'webhook', mode: 'async' }, nodes: [{ type, config }] });
  return compiled.ok ? [] : compiled.faults.map(({ pointer, code }) => `${pointer.replace('/nodes/0', '')} ${code}`);
}

const filter = { a: { $eq: 1 } };

describe('nodes on collections', () => {
  it.each<[string, JsonObject]>([
    ['create', { collection: 'c', values: { a: '{{$context.data}}', b: { '{{$context.key}}': 1 } } }],
    ['update', { collection: 'c', filter, values: { a: 1 } }],
    ['destroy', { collection: 'c', filter: {} }],
    ['query', { collection: 'c' }],
    [
      'query',
      { collection: 'c', multiple: true, filter, sort: ['-a', 'b'], page: '{{$context.query.page}}', pageSize: 1000 },
    ],
    ['aggregate', { collection: 'c', aggregator: 'count' }],
    ['aggregate', { collection: 'c', aggregator: 'max', field: 'a', filter, precision: 14 }],
  ])('take what the contract writes: %s %j', (type, config) => {
    expect(faultsOf(type, config)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['create', {}, '/config/collection missing'],
    ['create', { collection: '{{$context.data.table}}' }, '/config/collection invalid'],
    ['create', { collection: 'c"; drop table x; --' }, '/config/collection invalid'],
    ['create', { collection: 'c', values: '{{$context.data}}' }, '/config/values wrong_type'],
    ['create', { collection: 'c', values: { '{{$context.a}}': 1 } }, '/config/values/{{$context.a}} invalid'],
    ['create', { collection: 'c', values: { a: '{{a b}}' } }, '/config/values/a syntax'],
    ['update', { collection: 'c', values: { a: 1 } }, '/config/filter missing'],
    ['update', { collection: 'c', filter, values: {} }, '/config/values invalid'],
    ['update', { collection: 'c', filter: { a: { b: 1 } }, values: { a: 1 } }, '/config/filter/a/b invalid'],
    ['destroy', { collection: 'c' }, '/config/filter missing'],
    ['destroy', { collection: 'c', filter: '{{$context.data}}' }, '/config/filter wrong_type'],
    ['query', { collection: 'c', filter: { $where: '1' } }, '/config/filter/$where invalid'],
    ['query', { collection: 'c', sort: ['{{$context.query.sort}}'] }, '/config/sort/0 invalid'],
    ['query', { collection: 'c', sort: [{ field: 'a' }] }, '/config/sort/0 wrong_type'],
    ['query', { collection: 'c', pageSize: 1001 }, '/config/pageSize invalid'],
    ['query', { collection: 'c', page: 'one' }, '/config/page invalid'],
    ['aggregate', { collection: 'c', aggregator: 'median', field: 'a' }, '/config/aggregator invalid'],
    ['aggregate', { collection: 'c', aggregator: 'sum' }, '/config/field missing'],
    ['aggregate', { collection: 'c', aggregator: 'count', distinct: true }, '/config/field missing'],
    ['aggregate', { collection: 'c', aggregator: 'sum', field: 'a', precision: 15 }, '/config/precision limit'],
  ])('refuse %s %j', (type, config, fault) => {
    expect(faultsOf(type, config)).toEqual([fault]);
  });
});
