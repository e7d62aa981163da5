import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defineNode, type NodeDefinition } from '../contract/node.js';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { WebhookTrigger } from '../contract/workflow-document.js';
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
  ].map((node) => [node.type, node]),
);
const compile = compileWith(registry);

/** Faults as `pointer code`, of a document with this trigger and these nodes. */
function faults(trigger: object, nodes: unknown = [], rest: object = {}): string[] {
  const result = compile({ trigger: { type: 'webhook', ...trigger }, nodes, ...rest });
  return result.ok ? [] : result.faults.map(({ pointer, code }) => `${pointer} ${code}`);
}

function workflow(document: unknown): CompiledWorkflow {
  const result = compile(document);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.workflow;
}

const signed = (entry: object): object => ({
  auth: [{ type: 'signature', provider: 'hmac', secrets: ['{{$env.S}}'], ...entry }],
});

describe('compileWorkflow', () => {
  it('fills in the defaults', () => {
    const { document, trigger } = workflow({ trigger: { type: 'webhook' }, nodes: [] });
    expect(document.trigger).toEqual({
      type: 'webhook',
      mode: 'async',
      methods: ['POST'],
      auth: [],
      httpsOnly: false,
      onTimeout: 'fail',
      bodyLimit: 10_485_760,
      timeoutMs: 30_000,
      parse: { headers: [], query: [], body: [] },
      dedup: { windowMs: 86_400_000 },
    });
    expect(trigger).toMatchObject({ methods: new Set(['POST']), path: null, validateBody: null });
  });

  it('reads durations and sizes, and accepts neutral values of what is not built', () => {
    const { document } = workflow({
      key: 'a',
      title: 't',
      description: 'd',
      enabled: false,
      schemaVersion: 1,
      trigger: {
        type: 'webhook',
        bodyLimit: '64kb',
        timeout: '10s',
        dedup: { key: '{{$context.rawSha256}}', window: '72h' },
        priority: 0,
        splitBatch: false,
      },
      nodes: [],
    });
    expect(document).toMatchObject({ key: 'a', enabled: false, schemaVersion: 1 });
    expect(document.trigger).toMatchObject({ bodyLimit: 65_536, timeoutMs: 10_000 });
    expect(document.trigger).toMatchObject({ dedup: { key: '{{$context.rawSha256}}', windowMs: 259_200_000 } });
  });

  it('freezes the result and leaves the document alone', () => {
    const document = {
      trigger: { type: 'webhook', auth: [] },
      nodes: [{ type: 'calculation', config: { value: { a: 1 } } }],
    };
    const before = structuredClone(document);
    const compiled = workflow(document);
    expect(document).toEqual(before);
    expect(Object.isFrozen(document.nodes)).toBe(false);
    expect(Object.isFrozen(compiled.nodes[0]?.config.value)).toBe(true);
    expect(Object.isFrozen((compiled.document.trigger as WebhookTrigger).auth)).toBe(true);
    expect(() => Object.assign(compiled.nodes[0]?.config ?? {}, { value: 2 })).toThrow(TypeError);
  });

  it('collects the names of secrets from the trigger, configs and expressions', () => {
    const { envNames } = workflow({
      trigger: { type: 'webhook', ...signed({}) },
      nodes: [
        { type: 'calculation', config: { value: ['{{$env.A}}', '{{ctx.$env.B}}'] } },
        { type: 'calculation', config: { expression: '{{$env.C}} + {{$env.A}}' } },
      ],
    });
    expect([...envNames].sort()).toEqual(['A', 'B', 'C', 'S']);
  });

  it.each([[undefined], [null], ['text'], [[]], [5]])('refuses %j as a document', (document) => {
    expect(compile(document)).toMatchObject({ ok: false, faults: [{ pointer: '', code: 'wrong_type' }] });
  });

  it('reports all faults at once, ordered by pointer', () => {
    const result = compile({
      key: 'Bad Key',
      nam: 1,
      trigger: { type: 'webhook', mode: 'later', path: 'a b' },
      nodes: [{ type: 'nope' }, { type: 'calculation', config: { x: 1 } }],
    });
    expect(result.ok ? [] : result.faults.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/key invalid',
      '/nam unknown_property',
      '/nodes/0/type unknown_node',
      '/nodes/1/config/x unknown_property',
      '/trigger/mode invalid',
      '/trigger/path syntax',
    ]);
  });

  it('says what is missing', () => {
    expect(compile({})).toMatchObject({
      faults: [
        { pointer: '/nodes', code: 'missing' },
        { pointer: '/trigger', code: 'missing' },
      ],
    });
    expect(compile({ trigger: {}, nodes: [{}] })).toMatchObject({
      faults: [
        { pointer: '/nodes/0/type', code: 'missing' },
        { pointer: '/trigger/type', code: 'missing' },
      ],
    });
  });

  it('refuses a document made by a later release', () => {
    expect(faults({}, [], { schemaVersion: 2 })).toEqual(['/schemaVersion invalid']);
  });

  it('never throws, whatever JSON it is given', () => {
    fc.assert(fc.property(fc.anything(), (document) => expect(typeof compile(document).ok).toBe('boolean')));
  });

  it('never throws when any part of a good document is something else', () => {
    const names = fc.constantFrom(
      'type',
      'mode',
      'methods',
      'path',
      'auth',
      'parse',
      'filter',
      'dedup',
      'response',
      'validate',
      'cors',
      'bodyLimit',
      'timeout',
      'priority',
    );
    const value = fc.jsonValue({ maxDepth: 3 });
    const node = fc.record(
      {
        type: fc.oneof(fc.constantFrom('condition', 'calculation', 'response'), value),
        key: value,
        config: value,
        branches: fc.oneof(value, fc.dictionary(fc.constantFrom('true', '__proto__'), value)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(names, value, fc.array(node), value, (name, replaced, nodes, options) => {
        const result = compile({ trigger: { type: 'webhook', [name]: replaced }, nodes, options });
        if (!result.ok)
          expect(result.faults.every(({ pointer }) => pointer === '' || pointer.startsWith('/'))).toBe(true);
      }),
    );
  });
});
