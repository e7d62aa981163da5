import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import type { EvaluationRequest } from '../contract/ports.js';
import { runNode } from '../testing/run-node.js';
import { jsonQueryNode } from './json-query.node.js';

const data = {
  a: {
    b: [
      { c: 1, d: { e: 'x' } },
      { c: 0, d: { e: 'y' } },
    ],
  },
  none: null,
};

function query(config: JsonObject) {
  return runNode(jsonQueryNode, { config: { source: '{{$context.data}}', ...config }, context: { data, key: 'c' } });
}

describe('json-query', () => {
  it.each<[string, JsonObject, unknown]>([
    ['JMESPath when no engine is named', { expression: 'a.b[].c' }, [1, 0]],
    ['JMESPath that finds nothing', { expression: 'a.x' }, null],
    ['JSONPath to one value', { engine: 'jsonpathplus', expression: '$.a.b[0].c' }, 1],
    ['JSONPath to several', { engine: 'jsonpathplus', expression: '$.a.b[*].c' }, [1, 0]],
    ['JSONPath that finds nothing', { engine: 'jsonpathplus', expression: '$.a.x' }, null],
    ['JSONPath with a pattern', { engine: 'jsonpathplus', expression: '$..d[?(@.match(/^X$/i))]' }, ['x']],
    ['JSONPath with a method', { engine: 'jsonpathplus', expression: "$.a.b[?(@.d.e.includes('y'))].c" }, [0]],
    ['JSONPath with a script', { engine: 'jsonpathplus', expression: '$.a.b[(@.length - 1)].c' }, 0],
    ['JSONata', { engine: 'jsonata', expression: 'a.b[c = 1].d.e' }, 'x'],
    ['JSONata with a pattern', { engine: 'jsonata', expression: '$replace("a1b22", /[0-9]+/, "-")' }, 'a-b-'],
    ['JSONata that finds nothing', { engine: 'jsonata', expression: 'a.x' }, null],
    ['an expression that a template completes', { expression: 'a.b[].{{$context.key}}' }, [1, 0]],
  ])('gives the result of %s', async (_what, config, result) => {
    expect(await query(config)).toEqual({ kind: 'done', result });
  });

  it.each<[string, JsonObject, unknown]>([
    ['an object', { expression: 'a.b[0]', model: [{ path: 'd.e' }, { path: 'c', alias: 'n' }] }, { d_e: 'x', n: 1 }],
    ['each of a list', { expression: 'a.b', model: [{ path: 'd.e', alias: 'e' }] }, [{ e: 'x' }, { e: 'y' }]],
    ['what is missing as null', { expression: 'a.b[0]', model: [{ path: 'x.y' }] }, { x_y: null }],
    ['no scalar', { expression: 'a.b[0].c', model: [{ path: 'x' }] }, 1],
  ])('maps %s by its model', async (_what, config, result) => {
    expect(await query(config)).toEqual({ kind: 'done', result });
  });

  it.each([
    ['jmespath', 'to_number(@.a).b('],
    ['jsonpathplus', '$.a.b[?(@.c ==)]'],
    ['jsonata', '$sum("a")'],
  ])('is an error with what the parser of %s said in the log', async (engine, expression) => {
    const outcome = await query({ engine, expression });
    expect(outcome).toMatchObject({ kind: 'fail', status: 'error', result: null, log: expect.stringMatching(/\w/) });
    expect(outcome).toMatchObject({ error: { message: (outcome as { log: string }).log } });
  });

  it('hands the deadline of the evaluator on as an error', async () => {
    const asked: EvaluationRequest[] = [];
    const evaluator = {
      evaluate: async (request: EvaluationRequest) => {
        asked.push(request);
        return { ok: false as const, code: 'expression_timeout' as const, message: 'too long' };
      },
    };
    const config = { source: { a: 1 }, expression: 'a' };
    expect(await runNode(jsonQueryNode, { config, ports: { evaluator } })).toMatchObject({
      kind: 'fail',
      status: 'error',
      error: { code: 'expression_timeout' },
    });
    expect(asked).toMatchObject([{ engine: 'jmespath', expression: 'a', source: { a: 1 } }]);
  });

  it.each<[string, JsonObject, string[]]>([
    ['an expression that does not parse', { expression: 'a[' }, ['/expression']],
    ['JSONata that does not parse', { engine: 'jsonata', expression: '(1' }, ['/expression']],
    ['no expression that has still to be completed', { expression: '{{$context.key}}[' }, []],
    ['a model that names no path', { expression: 'a', model: [{ path: 'b' }, { path: '..' }] }, ['/model/1/path']],
  ])('finds %s before anything runs', (_what, config, pointers) => {
    const node = { key: 'q', type: 'json-query', config: {}, branches: {} };
    const faults = jsonQueryNode.check?.({ source: null, ...config } as never, node) ?? [];
    expect(faults.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});
