import { isJsonObject, type Json } from '#shared';
import { defineNode } from '../contract/node.js';
import type { Fault } from '../contract/workflow-document.js';
import { getPath } from '../expression/get-path.js';
import { parsePath } from '../expression/parse-path.js';

/** Config of a JSON variable mapping, see contract.md 7. */
export type JsonVariableMappingConfig = {
  source?: Json;
  variables: { key: string; path: string; title?: string }[];
  parseArray?: boolean;
};

export const jsonVariableMappingNode = defineNode<JsonVariableMappingConfig>({
  type: 'json-variable-mapping',
  title: 'JSON variable mapping',
  docs:
    'Picks values out of JSON and gives them names: the result is an object with one member per variable, null where the ' +
    'source has nothing. A path through a list without an index gives the column, so `b.c` over `{"b": [{"c": 0}, {"c": 1}]}` ' +
    'is `[0, 1]`. With `parseArray` such a column comes as one member per element, named by its path with the index ' +
    '(`b.0.c`, `b.1.c`), which is also how a path can name an element. A source that is no object or list is `failed`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['source', 'variables'],
    properties: {
      source: { description: 'An object or a list, as a rule a variable such as {{$context.data}}.' },
      variables: {
        type: 'array',
        minItems: 1,
        maxItems: 200,
        description: 'The members of the result.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['key', 'path'],
          properties: {
            key: { type: 'string', minLength: 1, maxLength: 200, description: 'The name in the result.' },
            path: { type: 'string', minLength: 1, description: 'Where in the source, such as b.c, b[0].c or b.0.c.' },
            title: { type: 'string', maxLength: 200, description: 'For people.' },
          },
        },
      },
      parseArray: { type: 'boolean', default: false, description: 'Name the elements of a column one by one.' },
    },
  },
  branches: [],
  effect: 'pure',
  raw: ['variables'],
  check: ({ variables }) => variableFaults(variables),
  examples: [
    {
      title: 'Two values of an order',
      config: {
        source: '{{$context.data}}',
        variables: [
          { key: 'customer', path: 'customer.name' },
          { key: 'total', path: 'total' },
        ],
      },
      context: { data: { customer: { name: 'Ann' }, total: 12 } },
      expect: { kind: 'done', result: { customer: 'Ann', total: 12 } },
    },
    {
      title: 'A column, with what is zero or empty in it',
      config: { source: '{{$context.data}}', variables: [{ key: 'c', path: 'b.c' }] },
      context: { data: { b: [{ c: 0 }, { c: '' }, { c: 3 }] } },
      expect: { kind: 'done', result: { c: [0, '', 3] } },
    },
    {
      title: 'The elements of a column, each by its path',
      config: { source: '{{$context.data}}', variables: [{ key: 'c', path: 'b.c' }], parseArray: true },
      context: { data: { b: [{ c: 2 }, { c: 3 }] } },
      expect: { kind: 'done', result: { 'b.0.c': 2, 'b.1.c': 3 } },
    },
    {
      title: 'Text is no source',
      config: { source: '{{$context.rawBody}}', variables: [{ key: 'c', path: 'b.c' }] },
      context: { rawBody: 'b=1' },
      expect: { kind: 'fail', status: 'failed', error: { code: 'invalid_source' } as never },
    },
  ],
  run({ config }) {
    const { source, variables, parseArray } = config;
    if (typeof source !== 'object' || source === null) {
      const message = 'The source is neither an object nor a list; name a variable that is one.';
      return { kind: 'fail', status: 'failed', error: { code: 'invalid_source', message } };
    }
    const entries = variables.flatMap(({ key, path }): [string, Json][] =>
      parseArray === true ? elements(source, key, path) : [[key, valueAt(source, path)]],
    );
    return { kind: 'done', result: Object.fromEntries(entries) };
  },
});

function variableFaults(variables: readonly { key: string; path: string }[]): Fault[] {
  const seen = new Set<string>();
  return variables.flatMap(({ key, path }, index): Fault[] => {
    const pointer = `/variables/${index}`;
    const faults: Fault[] = [];
    if (seen.has(key)) {
      faults.push({ pointer: `${pointer}/key`, code: 'duplicate', message: `choose another key than "${key}"` });
    }
    seen.add(key);
    if (parsePath(path) === null) {
      faults.push({ pointer: `${pointer}/path`, code: 'syntax', message: 'write a path such as b.c or b[0].c' });
    }
    return faults;
  });
}

function valueAt(source: object, path: string): Json {
  // Under a name of its own: a path may begin with any word, also one that getPath reads as a root.
  return (getPath({ source }, ['source', ...(parsePath(path) ?? [])]) ?? null) as Json;
}

/** One entry per element of each list on the way; without a list the value under the variable's own key. */
function elements(source: Json, key: string, path: string): [string, Json][] {
  const found: [string, Json][] = [];
  const steps = parsePath(path) ?? [];
  collect(source, steps, [], found);
  const isColumn = found.some(([at]) => at !== steps.join('.'));
  if (isColumn) return found;
  return [[key, found[0]?.[1] ?? null]];
}

function collect(value: Json, steps: readonly string[], at: readonly string[], found: [string, Json][]): void {
  const [name, ...rest] = steps;
  if (name === undefined) found.push([at.join('.'), value]);
  else if (Array.isArray(value) && !/^\d+$/.test(name)) {
    value.forEach((entry, index) => collect(entry, steps, [...at, String(index)], found));
  } else if (Array.isArray(value)) {
    const element = value[Number(name)];
    if (element !== undefined) collect(element, rest, [...at, name], found);
  } else if (isJsonObject(value) && Object.hasOwn(value, name))
    collect(value[name] ?? null, rest, [...at, name], found);
}
