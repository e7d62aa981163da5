import { defineNode } from '../contract/node.js';
import { evaluateExpression } from '../expression/evaluate.js';
import { checkNodeExpression, engineSchema, expressionSchema } from './expression-config.js';

const ENGINES = ['math.js', 'string'] as const;

/** Config of a calculation, see contract.md 7. */
export type CalculationNodeConfig = { engine?: (typeof ENGINES)[number]; expression?: string };

export const calculationNode = defineNode<CalculationNodeConfig>({
  type: 'calculation',
  title: 'Calculation',
  docs:
    'Evaluates an expression; the result is its value. `math.js` knows arithmetic, comparison and functions (arrays count ' +
    'from 1, numbers are rounded to 9 decimals, what is no number becomes null); `string` puts a text together. ' +
    'An empty expression gives null; one that cannot be evaluated is an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['expression'],
    properties: { engine: engineSchema(ENGINES), expression: expressionSchema },
  },
  branches: [],
  effect: 'pure',
  raw: ['expression'],
  check: (config) => checkNodeExpression(config, ENGINES),
  testable: true,
  examples: [
    {
      title: 'Double an amount',
      config: { engine: 'math.js', expression: '{{$context.data.amount}} * 2' },
      context: { data: { amount: 21 } },
      expect: { kind: 'done', result: 42 },
    },
    {
      title: 'A greeting',
      config: { engine: 'string', expression: 'Hello {{$context.data.name}}!' },
      context: { data: { name: 'Ann' } },
      expect: { kind: 'done', result: 'Hello Ann!' },
    },
  ],
  run({ config, scope }) {
    const { engine = 'math.js', expression = '' } = config;
    if (expression.trim() === '') return { kind: 'done', result: null };
    return { kind: 'done', result: evaluateExpression({ engine, expression }, scope) };
  },
});
