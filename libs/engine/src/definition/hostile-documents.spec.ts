import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { compileWorkflow } from '../nodes/compile-workflow.js';

function faultsOf(nodes: Json, trigger: JsonObject = { type: 'webhook' }): Record<string, string> {
  const result = compileWorkflow({ key: 'hostile', trigger, nodes });
  return result.ok ? {} : Object.fromEntries(result.faults.map(({ pointer, message }) => [pointer, message]));
}

const show = (key: string, value: string) => ({ key, type: 'output', config: { value } });

describe('the faults of a document', () => {
  it('name bad references beside every other fault, at their places after a node that does not exist', () => {
    const faults = faultsOf([
      { key: 'odd', type: 'nope', branches: { body: [{ key: 'inner', type: 'end' }] } },
      show('first', '{{$jobsMapByNodeKey.last.a}}'),
      show('second', '{{$jobsMapByNodeKey.odd}} {{$jobsMapByNodeKey.inner}} {{$scopes.odd.item}}'),
      { key: 'last', type: 'delay', config: { unit: 'fortnight' } },
    ]);
    expect(Object.keys(faults)).toEqual(['/nodes/0/type', '/nodes/1/config/value', '/nodes/3/config/unit']);
    expect(faults['/nodes/1/config/value']).toBe('the node "last" cannot have run before this one');
  });

  it('are of 400 nodes at most, however many there are', () => {
    const faults = faultsOf(Array.from({ length: 5_000 }, () => ({ type: 'nope' })));
    expect(Object.keys(faults)).toHaveLength(401);
    expect(faults['/nodes']).toBe('write at most 400 nodes');
  });

  it.each([[[null]], [[5, 'x', []]], [[{ key: null }]], [{}], [null]] as Json[][])(
    'are told and never thrown for conditions %j',
    (conditions) => {
      const node = { type: 'multi-conditions', config: { conditions: conditions as Json }, branches: { a: [] } };
      expect(Object.keys(faultsOf([node]))[0]).toMatch(/^\/nodes\/0\/(branches\/a|config\/conditions)/);
    },
  );

  it('name what an assignment names that is no variable', () => {
    const faults = faultsOf([
      { key: 'total', type: 'variable', config: { value: 1 } },
      show('shown', 'x'),
      { type: 'variable', config: { target: 'total', value: 2 } },
      { type: 'variable', config: { target: 'totl', value: 2 } },
      { type: 'variable', config: { target: 'shown', value: 2 } },
      { type: 'variable', config: { target: '{{$context.data.x}}', value: 2 } },
    ]);
    expect(faults).toEqual({
      '/nodes/3/config/target': 'there is no node "totl"',
      '/nodes/4/config/target': 'no variable is declared by the node "shown"',
      '/nodes/5/config/target': 'there is no node "{{$context.data.x}}"',
    });
  });

  it('name a subflow that can be no workflow, unless a template gives it', () => {
    const subflow = (workflow: string) => faultsOf([{ type: 'subflow', config: { workflow } }]);
    expect(subflow('Not A Key')).toHaveProperty('/nodes/0/config/workflow');
    expect(subflow('{{$context.data.w}}')).toEqual({});
  });

  it('are those of the alternative that is meant', () => {
    const steps: Json = [
      { function: 'add', arguments: { number: 1, unit: 'fortnight' } },
      { function: 'add' },
      { function: 'nope' },
    ];
    const condition = { checkpoint: 'never', engine: 'math.js', expression: '1 > 0' };
    const faults = faultsOf([
      { type: 'date-calculation', config: { steps } },
      { type: 'loop', config: { target: 1, condition }, branches: { body: [] } },
      { type: 'llm', config: { baseUrl: 'https://a.b', model: 'm', messages: [{ role: 'hacker', content: 'c' }] } },
    ]);
    expect(faults).toEqual({
      '/nodes/0/config/steps/0/arguments/unit': expect.stringMatching(/^use one of millisecond, second/),
      '/nodes/0/config/steps/1/arguments': 'add this property',
      '/nodes/0/config/steps/2': expect.stringMatching(/functions are add, subtract, diff/),
      '/nodes/1/config/condition/checkpoint': 'use one of before, after',
      '/nodes/2/config/messages/0/role': expect.stringMatching(/^use one of system/),
    });
  });
});

describe('the faults of a trigger', () => {
  it('name operators of a record filter that do not exist', () => {
    const filter = { amount: { $greater: 1 } };
    expect(faultsOf([], { type: 'collection', collection: 'orders', filter })).toHaveProperty(
      '/trigger/filter/amount/$greater',
    );
  });

  it('name what a dedup key reads that is not known yet: it would always be empty', () => {
    expect(faultsOf([], { type: 'webhook', dedup: { key: '{{$jobsMapByNodeKey.a}}' } })).toEqual({
      '/trigger/dedup/key':
        '{{$jobsMapByNodeKey.a}} is not known yet: the key sees $context, $system, $env, $execution',
    });
  });

  it('name aliases that are used twice, one of which would be lost', () => {
    const parse: Json = { query: [{ path: 'a', alias: 'x' }], body: [{ path: 'b', alias: 'x' }, { path: 'c' }] };
    expect(Object.keys(faultsOf([], { type: 'webhook', parse }))).toEqual(['/trigger/parse/body/0/alias']);
  });
});
