import { describe, expect, it } from '@jest/globals';
import { defineNode, type NodeDefinition } from '../contract/node.js';
import { nodeConformance } from './node-conformance.js';

const examples = ['one', 'two', 'three'].map((title) => ({ title, config: {}, expect: { kind: 'done' as const } }));

/** A declaration without faults, with these changes. */
function declared(changes: Partial<NodeDefinition>): string[] {
  const definition = defineNode({
    type: 'echo',
    title: 'Echo',
    docs: 'Gives back what it is given, whatever that is, and goes on with it at once. The result is the value. It never fails.',
    configSchema: { type: 'object', additionalProperties: false, properties: {} },
    branches: [],
    effect: 'pure',
    examples,
    run: () => ({ kind: 'done', result: null }),
    ...changes,
  });
  return nodeConformance(definition);
}

const schema = (properties: object) => ({ type: 'object', additionalProperties: false, properties }) as never;

describe('the conformance of a node', () => {
  it('is given when nothing lacks', () => {
    expect(declared({})).toEqual([]);
  });

  it('asks for what readers need', () => {
    expect(declared({ type: 'Echo', title: ' ', docs: 'Gives back\nwhat it is given.' })).toEqual([
      'type: write it in small letters, with dashes',
      'title: add it',
      'docs: write one paragraph',
      'docs: say what its result is',
      'docs: say how it fails',
    ]);
  });

  it('asks for a strict and documented config, at every level, with defaults that it accepts', () => {
    const value = { type: 'array', default: 'none', items: { type: 'object', properties: { a: {} } } };
    expect(declared({ configSchema: { type: 'object', properties: { value } } as never })).toEqual([
      'configSchema: refuse unknown properties',
      'config: say with additionalProperties whether it takes others',
      'config.value: add a description',
      'config.value[]: say with additionalProperties whether it takes others',
      'config.value[].a: add a description',
      'config.value: its default is not what its schema accepts',
    ]);
    expect(declared({ raw: ['a'], code: ['b'] })).toEqual(['raw: there is no property a', 'code: b is not among raw']);
  });

  it('asks effects for retry and repeatable, and only them', () => {
    expect(declared({ effect: 'effect' })).toEqual([
      'config.retry: take {attempts, backoff}',
      'config.repeatable: take a boolean',
      'isRepeatable: hold when the config says repeatable',
    ]);
    const repeatable = { type: 'boolean', description: 'Twice does no harm.' };
    expect(declared({ configSchema: schema({ repeatable }) })).toEqual([
      'effect: a pure node needs neither retry nor repeatable',
    ]);
  });

  it('asks what waits how it goes on, and keeps waits and effects apart', () => {
    expect(declared({ suspends: true })).toEqual(['resume: a node that suspends goes on by it']);
    expect(declared({ abandon: () => null })).toEqual(['abandon: only a node that waits can give up']);
    const resume = () => ({ kind: 'done' as const, result: null });
    expect(declared({ resume })).toEqual(['examples: show with `waited` how it goes on']);
    expect(declared({ resume, effect: 'effect' })).toContain('effect: what acts outside must not wait; make two nodes');
  });

  it('asks for three examples of its own config, in JSON', () => {
    expect(declared({ examples: examples.slice(1) })).toEqual(['examples: give 3 at least']);
    const [first, second] = examples as [(typeof examples)[0], (typeof examples)[0]];
    expect(declared({ examples: [first, second, first] })).toEqual(['examples: give each a title of its own']);
    const odd = { ...first, title: 'odd', config: { a: 1 } };
    expect(declared({ examples: [...examples, odd] })).toEqual([
      'example "odd": data must NOT have additional properties',
    ]);
    const late = { ...first, title: 'late', context: new Date() as never };
    expect(declared({ examples: [...examples, late] })).toEqual(['examples: write JSON only']);
  });

  it('asks the check for no faults in examples', () => {
    const check = () => [{ pointer: '/a', code: 'invalid' as const, message: 'write b' }];
    expect(declared({ check })[0]).toBe('example "one": /a write b');
  });
});
