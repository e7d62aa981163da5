import { describe, expect, it } from '@jest/globals';
import { defineNode, type NodeDefinition } from '../contract/node.js';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import { checkExpression } from '../expression/check-expression.js';
import { compileWith } from './compile-workflow.js';

function definition(type: string, branches: string[], properties: object = {}): NodeDefinition {
  return defineNode({
    type,
    title: type,
    docs: type,
    configSchema: { type: 'object', additionalProperties: false, properties: properties as never },
    branches,
    effect: 'pure',
    raw: ['expression'],
    check: (config) =>
      typeof config.expression === 'string'
        ? checkExpression({ engine: 'math.js', expression: config.expression })
        : [],
    examples: [],
    run: () => ({ kind: 'done', result: null }),
  });
}

const registry = new Map(
  [
    definition('condition', ['true', 'false'], { engine: {}, expression: {}, rejectOnFalse: { type: 'boolean' } }),
    definition('calculation', [], { engine: {}, expression: { type: 'string' }, value: {} }),
    definition('response', [], { status: { type: 'integer' }, body: {} }),
    { ...definition('delay', []), suspends: true as const },
  ].map((node) => [node.type, node]),
);
const compile = compileWith(registry);

/** Faults as `pointer code`, of a document with this trigger and these nodes. */
function faults(trigger: object, nodes: unknown = []): string[] {
  const result = compile({ trigger: { type: 'webhook', ...trigger }, nodes });
  return result.ok ? [] : result.faults.map(({ pointer, code }) => `${pointer} ${code}`);
}

function workflow(document: unknown): CompiledWorkflow {
  const result = compile(document);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.workflow;
}

describe('compileNodes', () => {
  it('generates the same keys for the same document, beside those that are taken', () => {
    const nodes = [
      { type: 'condition', branches: { true: [{ type: 'calculation' }] } },
      { type: 'calculation', key: 'calculation_1' },
      { type: 'calculation' },
    ];
    const keys = (): unknown[] =>
      workflow({ trigger: { type: 'webhook' }, nodes }).nodes.map((node) => [node.key, node.branches.true?.[0]?.key]);
    expect(keys()).toEqual([
      ['condition_1', 'calculation_2'],
      ['calculation_1', undefined],
      ['calculation_3', undefined],
    ]);
    expect(keys()).toEqual(keys());
  });

  it('tells nodes that are documented from nodes that do not exist, also in branches', () => {
    const nodes = [{ type: 'condition', branches: { true: [{ type: 'loop' }], false: [{ type: 'lop' }] } }];
    expect(faults({}, nodes)).toEqual([
      '/nodes/0/branches/false/0/type unknown_node',
      '/nodes/0/branches/true/0/type not_supported',
    ]);
  });

  it('allows only the branches of a definition, and none where a condition rejects', () => {
    expect(faults({}, [{ type: 'condition', branches: { maybe: [] } }])).toEqual(['/nodes/0/branches/maybe invalid']);
    expect(faults({}, [{ type: 'calculation', branches: { true: [] } }])).toEqual(['/nodes/0/branches/true invalid']);
    expect(faults({}, [{ type: 'condition', config: { rejectOnFalse: true }, branches: { true: [] } }])).toEqual([
      '/nodes/0/branches/true invalid',
    ]);
    expect(faults({}, [{ type: 'condition', branches: { true: 5 } }])).toEqual(['/nodes/0/branches/true wrong_type']);
  });

  it('refuses a response node where nobody waits', () => {
    expect(faults({}, [{ type: 'response' }])).toEqual(['/nodes/0/type invalid']);
    expect(faults({ mode: 'sync' }, [{ type: 'response' }])).toEqual([]);
  });

  it('refuses a node that waits where a sender waits, and says what to do', () => {
    const nodes = [{ type: 'condition', branches: { true: [{ type: 'delay' }] } }];
    expect(faults({}, nodes)).toEqual([]);
    const result = compile({ trigger: { type: 'webhook', mode: 'sync' }, nodes });
    expect(result.ok ? [] : result.faults).toEqual([
      {
        pointer: '/nodes/0/branches/true/0/type',
        code: 'invalid',
        message: expect.stringContaining('use "mode: async"'),
      },
    ]);
  });

  it('says nothing about the mode when nobody knows the trigger', () => {
    expect(faults({ type: 'pigeon' }, [{ type: 'response' }, { type: 'delay' }])).toEqual(['/trigger/type invalid']);
  });

  it('refuses keys that are taken or unusable', () => {
    const nodes = [
      { key: 'a', type: 'condition', branches: { true: [{ key: 'a', type: 'calculation' }] } },
      { key: 'a b', type: 'calculation' },
      { key: '__proto__', type: 'calculation' },
    ];
    expect(faults({}, nodes)).toEqual([
      '/nodes/0/branches/true/0/key duplicate',
      '/nodes/1/key invalid',
      '/nodes/2/key invalid',
    ]);
  });

  it('finds syntax faults in templates and, through the definition, in expressions', () => {
    const nodes = [
      { type: 'calculation', config: { value: { 'a/b': 'x {{1+}} y' } } },
      { type: 'calculation', config: { expression: '{{$context.data.a}} *' } },
    ];
    expect(faults({}, nodes)).toEqual(['/nodes/0/config/value/a~1b syntax', '/nodes/1/config/expression syntax']);
  });

  it('limits nodes and nesting', () => {
    const many = Array.from({ length: 401 }, () => ({ type: 'calculation' }));
    expect(faults({}, many)).toEqual(['/nodes limit']);
    let deep: object[] = [{ type: 'calculation' }];
    for (let level = 1; level < 20; level += 1) deep = [{ type: 'condition', branches: { true: deep } }];
    expect(faults({}, deep)).toEqual([]);
    expect(faults({}, [{ type: 'condition', branches: { true: deep } }])).toEqual([expect.stringMatching(/limit$/)]);
  });
});
