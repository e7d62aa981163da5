import { isJsonObject, type Json } from '#shared';
import { defineNode } from '../contract/node.js';
import type { Calculation, Fault } from '../contract/workflow-document.js';
import { evaluateInBounds } from '../expression/evaluate-in-bounds.js';
import { calculationSchema, checkNodeExpression, engineSchema, expressionSchema } from './expression-config.js';

const ENGINES = ['basic', 'math.js', 'formula.js', 'string'] as const;

/** Config of multi-conditions, see contract.md 7. */
export type MultiConditionsNodeConfig = {
  conditions: {
    key: string;
    title?: string;
    engine?: (typeof ENGINES)[number];
    calculation?: Calculation;
    expression?: string;
  }[];
  continueOnNoMatch?: boolean;
};

const OTHERWISE = 'otherwise';

export const multiConditionsNode = defineNode<MultiConditionsNodeConfig>({
  type: 'multi-conditions',
  title: 'Multiple conditions',
  docs:
    'Asks its conditions in their order and goes on in the branch named by the `key` of the first that holds (anything ' +
    'JavaScript counts as true). When none holds the branch `otherwise` runs; after it the node is `failed`, or goes on ' +
    'with `continueOnNoMatch`. The result is the list of outcomes up to the one that decided: `[{key, result}]`. A ' +
    'condition that cannot be evaluated is an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['conditions'],
    properties: {
      continueOnNoMatch: {
        type: 'boolean',
        default: false,
        description: 'Go on behind the node when no condition holds, instead of failing.',
      },
      conditions: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        description: 'Asked in this order until one holds.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['key'],
          properties: {
            key: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'Name of its branch.' },
            title: { type: 'string', maxLength: 200, description: 'For people.' },
            engine: engineSchema(ENGINES),
            calculation: calculationSchema,
            expression: expressionSchema,
          },
        },
      },
    },
  },
  branches: 'any',
  branchesOf: ({ conditions }) => [...keysOf(conditions), OTHERWISE],
  effect: 'pure',
  raw: ['conditions'],
  check: ({ conditions }) => conditions.flatMap((condition, index) => checkOne(condition, index, conditions)),
  examples: [
    {
      title: 'By size of the order',
      config: {
        conditions: [
          { key: 'big', engine: 'math.js', expression: '{{$context.data.amount}} > 1000' },
          { key: 'small', engine: 'math.js', expression: '{{$context.data.amount}} > 10' },
        ],
      },
      context: { data: { amount: 50 } },
      expect: {
        kind: 'branch',
        name: 'small',
        result: [
          { key: 'big', result: false },
          { key: 'small', result: true },
        ],
      },
    },
    {
      title: 'None holds: the node fails after the branch otherwise',
      config: {
        conditions: [
          { key: 'paid', calculation: { calculator: 'equal', operands: ['{{$context.data.state}}', 'paid'] } },
        ],
      },
      context: { data: { state: 'open' } },
      expect: {
        kind: 'branch',
        name: 'otherwise',
        failAfter: { code: 'no_match', message: 'None of the conditions holds.' },
      },
    },
    {
      title: 'None holds, and that is fine',
      config: {
        continueOnNoMatch: true,
        conditions: [
          { key: 'paid', calculation: { calculator: 'equal', operands: ['{{$context.data.state}}', 'paid'] } },
        ],
      },
      context: { data: { state: 'open' } },
      expect: { kind: 'branch', name: 'otherwise', result: [{ key: 'paid', result: false }] },
    },
  ],
  async run({ config, scope, ports, signal }) {
    const bounds = { evaluator: ports.evaluator, signal };
    const outcomes: { key: string; result: Json }[] = [];
    for (const { key, engine = 'basic', calculation, expression } of config.conditions) {
      const result = await evaluateInBounds({ engine, calculation, expression }, scope, bounds);
      outcomes.push({ key, result });
      if (result) return { kind: 'branch', name: key, result: outcomes };
    }
    const otherwise = { kind: 'branch' as const, name: OTHERWISE, result: outcomes };
    if (config.continueOnNoMatch === true) return otherwise;
    return { ...otherwise, failAfter: { code: 'no_match', message: 'None of the conditions holds.' } };
  },
});

/** Asked also of a config that its schema refuses. */
function keysOf(conditions: unknown): string[] {
  return (Array.isArray(conditions) ? (conditions as Json[]) : []).flatMap((condition) =>
    isJsonObject(condition) && typeof condition.key === 'string' ? [condition.key] : [],
  );
}

function checkOne(
  condition: MultiConditionsNodeConfig['conditions'][number],
  index: number,
  all: MultiConditionsNodeConfig['conditions'],
): Fault[] {
  const pointer = `/conditions/${index}`;
  const faults = checkNodeExpression(condition, ENGINES).map((fault) => ({
    ...fault,
    pointer: pointer + fault.pointer,
  }));
  const { key } = condition;
  if (key === OTHERWISE) {
    faults.push({
      pointer: `${pointer}/key`,
      code: 'invalid',
      message: '"otherwise" is the branch for no match; choose another key',
    });
  }
  if (all.findIndex((other) => other.key === key) < index) {
    faults.push({ pointer: `${pointer}/key`, code: 'duplicate', message: `choose another key than "${key}"` });
  }
  return faults;
}
