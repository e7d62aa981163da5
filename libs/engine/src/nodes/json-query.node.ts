import { isJsonObject, type Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { defineNode } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import type { Fault } from '../contract/workflow-document.js';
import { getPath } from '../expression/get-path.js';
import { parsePath } from '../expression/parse-path.js';
import { checkJmespath } from '../expression/queries/jmespath-query.js';
import { compileJsonata } from '../expression/queries/jsonata-query.js';

const ENGINES = ['jmespath', 'jsonpathplus', 'jsonata'] as const;

type Mapping = { path: string; alias?: string; label?: string };

/** Config of a JSON query, see contract.md 7. */
export type JsonQueryConfig = {
  source?: Json;
  engine?: (typeof ENGINES)[number];
  expression: string;
  model?: Mapping[];
};

export const jsonQueryNode = defineNode<JsonQueryConfig>({
  type: 'json-query',
  title: 'JSON query',
  docs:
    'Looks into JSON with JMESPath, JSONPath Plus or JSONata; null when nothing is found. The expression is a template ' +
    'first: a variable in it becomes part of its text, so let no payload write it. With a `model` the result, or each ' +
    'element of it, becomes an object of the paths named there. JSONPath gives what a path without wildcards and filters ' +
    'finds as it is, anything else as a list; its filters know values, operators and a few methods such as `includes`. ' +
    'Patterns are RE2, without look-around. An expression that fails, or takes more than EVALUATION_LIMITS, is an `error` ' +
    'with what its parser said in the log.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['source', 'expression'],
    properties: {
      source: { description: 'Any JSON, as a rule a variable such as {{$context.data}}.' },
      engine: { type: 'string', enum: [...ENGINES], default: ENGINES[0], description: 'The query language.' },
      expression: {
        type: 'string',
        minLength: 1,
        maxLength: 10_000,
        description: 'In the language of the engine, such as a.b in JMESPath.',
      },
      model: {
        type: 'array',
        maxItems: 200,
        default: [],
        description: 'What each object of the result has; empty: the result as it is.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['path'],
          properties: {
            path: { type: 'string', minLength: 1, description: 'Where in the result, or in each of its elements.' },
            alias: { type: 'string', description: 'The name; when absent the path with _ for dots.' },
            label: { type: 'string', description: 'For people.' },
          },
        },
      },
    },
  },
  branches: [],
  effect: 'pure',
  testable: true,
  raw: ['model'],
  check: (config) => [...expressionFaults(config), ...modelFaults(config.model ?? [])],
  examples: [
    {
      title: 'Names of those who are grown up, with JMESPath',
      config: { source: '{{$context.data}}', expression: 'people[?age >= `18`].name' },
      context: {
        data: {
          people: [
            { name: 'Ann', age: 30 },
            { name: 'Bob', age: 9 },
          ],
        },
      },
      expect: { kind: 'done', result: ['Ann'] },
    },
    {
      title: 'A filter, with JSONPath Plus',
      config: { source: '{{$context.data}}', engine: 'jsonpathplus', expression: '$.items[?(@.price < 10)].name' },
      context: {
        data: {
          items: [
            { name: 'pen', price: 2 },
            { name: 'desk', price: 200 },
          ],
        },
      },
      expect: { kind: 'done', result: ['pen'] },
    },
    {
      title: 'A sum, with JSONata',
      config: { source: '{{$context.data}}', engine: 'jsonata', expression: '$sum(items.(price * count))' },
      context: {
        data: {
          items: [
            { price: 2, count: 3 },
            { price: 5, count: 1 },
          ],
        },
      },
      expect: { kind: 'done', result: 11 },
    },
    {
      title: 'A model picks what later nodes need',
      config: {
        source: '{{$context.data}}',
        expression: 'items',
        model: [{ path: 'product.name', alias: 'product' }, { path: 'product.id' }],
      },
      context: { data: { items: [{ product: { id: 1, name: 'pen' }, note: 'x' }] } },
      expect: { kind: 'done', result: [{ product: 'pen', product_id: 1 }] },
    },
  ],
  async run({ config, ports, signal }) {
    const { source = null, engine = 'jmespath', expression, model = [] } = config;
    const evaluated = await ports.evaluator.evaluate({ engine, expression: String(expression), source, signal });
    if (evaluated.ok) return { kind: 'done', result: modelled(evaluated.result, model) };
    return failed(evaluated.code, evaluated.message);
  },
});

function failed(code: string, message: string): Outcome {
  return { kind: 'fail', status: 'error', error: { code, message }, result: null, log: message };
}

/** Only what holds no template can be read before its values are known. JSONPath has no parser of its own. */
function expressionFaults({ engine = 'jmespath', expression }: JsonQueryConfig): Fault[] {
  if (expression.includes('{{')) return [];
  try {
    if (engine === 'jmespath') checkJmespath(expression);
    if (engine === 'jsonata') compileJsonata(expression);
    return [];
  } catch (error) {
    if (error instanceof EngineError) return [{ pointer: '/expression', code: 'syntax', message: error.message }];
    throw error;
  }
}

function modelFaults(model: readonly Mapping[]): Fault[] {
  return model.flatMap(({ path }, index): Fault[] =>
    parsePath(path) === null
      ? [{ pointer: `/model/${index}/path`, code: 'syntax', message: 'write a path such as product.name' }]
      : [],
  );
}

function modelled(result: Json, model: readonly Mapping[]): Json {
  if (model.length === 0) return result;
  if (Array.isArray(result)) return result.map((entry) => modelled(entry, model));
  if (!isJsonObject(result)) return result;
  return Object.fromEntries(
    model.map(({ path, alias }) => [
      alias || path.replaceAll('.', '_'),
      (getPath({ result }, `result.${path}`) ?? null) as Json,
    ]),
  );
}
