import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { runNode } from '../testing/run-node.js';
import { jsonVariableMappingNode } from './json-variable-mapping.node.js';

function map(source: Json, variables: Record<string, string>, parseArray = false) {
  const config = { source, parseArray, variables: Object.entries(variables).map(([key, path]) => ({ key, path })) };
  return runNode(jsonVariableMappingNode, { config });
}

describe('json-variable-mapping', () => {
  it.each<[string, Json, Record<string, string>, Json]>([
    ['a nested value', { b: { c: 1 } }, { x: 'b.c' }, { x: 1 }],
    ['a whole part', { b: { c: 1 } }, { b: 'b', c: 'b.c' }, { b: { c: 1 }, c: 1 }],
    [
      'a column with every falsy value',
      { b: [{ c: 0 }, { c: '' }, { c: false }, { c: null }] },
      { x: 'b.c' },
      { x: [0, '', false, null] },
    ],
    ['an element', { b: [{ c: 1 }, { c: 2 }] }, { x: 'b[1].c', y: 'b.0.c' }, { x: 2, y: 1 }],
    ['names in brackets', { 'a b': { 'ö.x': 1 } }, { x: "['a b']['ö.x']" }, { x: 1 }],
    ['null for what is not there', { b: 1 }, { x: 'c', y: 'b.c' }, { x: null, y: null }],
    ['of a list', [{ c: 1 }, { c: 2 }], { x: 'c' }, { x: [1, 2] }],
    ['own properties only', { b: {} }, { x: 'b.constructor', y: '__proto__', z: 'ctx' }, { x: null, y: null, z: null }],
  ])('gives %s', async (_what, source, variables, result) => {
    expect(await map(source, variables)).toEqual({ kind: 'done', result });
  });

  it.each<[string, Json, Record<string, string>, Json]>([
    ['a column', { b: [{ c: 2 }, { c: 0 }] }, { x: 'b.c' }, { 'b.0.c': 2, 'b.1.c': 0 }],
    ['nested lists', { a: [{ b: [{ c: 1 }, { c: 2 }] }] }, { x: 'a.b.c' }, { 'a.0.b.0.c': 1, 'a.0.b.1.c': 2 }],
    ['what is no column under its key', { b: { c: 1 } }, { x: 'b.c', y: 'b.d' }, { x: 1, y: null }],
    ['a path that names the element under its key', { b: [{ c: 1 }] }, { x: 'b[0].c' }, { x: 1 }],
    ['own properties only', { b: [{}] }, { x: 'b.constructor.name' }, { x: null }],
  ])('names with parseArray the elements of %s', async (_what, source, variables, result) => {
    expect(await map(source, variables, true)).toEqual({ kind: 'done', result });
  });

  it.each<[string, Json]>([
    ['a text', '{"b":1}'],
    ['a number', 1],
    ['null', null],
  ])('fails for %s as source', async (_what, source) => {
    expect(await map(source, { x: 'b' })).toMatchObject({
      kind: 'fail',
      status: 'failed',
      error: { code: 'invalid_source' },
    });
  });

  it('keeps a variable named __proto__ as a member', async () => {
    const outcome = await map({ b: 1 }, JSON.parse('{"__proto__":"b"}') as Record<string, string>);
    expect(Object.entries((outcome as unknown as { result: object }).result)).toEqual([['__proto__', 1]]);
  });

  it('finds paths that are none and keys that are taken before anything runs', () => {
    const variables = [
      { key: 'x', path: 'a..b' },
      { key: 'x', path: 'a' },
    ];
    const node = { key: 'm', type: 'json-variable-mapping', config: {}, branches: {} };
    expect(jsonVariableMappingNode.check?.({ variables } as never, node)).toMatchObject([
      { pointer: '/variables/0/path', code: 'syntax' },
      { pointer: '/variables/1/key', code: 'duplicate' },
    ]);
  });
});
