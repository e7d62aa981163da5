import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import { evaluateInBounds } from '../expression/evaluate-in-bounds.js';
import { checkNodeExpression, engineSchema, expressionSchema } from './expression-config.js';

const ENGINES = ['math.js', 'formula.js', 'string'] as const;

/** Config of a calculation, see contract.md 7. */
export type CalculationNodeConfig = { engine?: (typeof ENGINES)[number]; expression?: string };

export const calculationNode = defineNode<CalculationNodeConfig>({
  type: 'calculation',
  title: 'Calculation',
  docs:
    'Evaluates an expression; the result is its value. `math.js` knows arithmetic, comparison and functions (arrays count ' +
    'from 1); `formula.js` knows the functions of a spreadsheet, such as `IF`, `SUM`, `ROUND` and `TEXTJOIN` (lists count ' +
    'from 0, `&` joins texts, dates are ISO texts in UTC); `string` puts a text together. Numbers are rounded to 9 ' +
    'decimals, what is no number becomes null. An empty expression gives null; one that cannot be evaluated, or that ' +
    'takes more time or memory than EVALUATION_LIMITS, is an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['expression'],
    properties: { engine: engineSchema(ENGINES), expression: expressionSchema },
  },
  branches: [],
  effect: 'pure',
  testable: true,
  raw: ['expression'],
  check: (config) => checkNodeExpression(config, ENGINES),
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
    {
      title: 'A price class, with the functions of a spreadsheet',
      config: {
        engine: 'formula.js',
        expression: 'IF({{$context.data.amount}} >= 100, "large", "small") & "-" & UPPER({{$context.data.region}})',
      },
      context: { data: { amount: 250, region: 'eu' } },
      expect: { kind: 'done', result: 'large-EU' },
    },
    {
      title: 'The sum of a column',
      config: { engine: 'math.js', expression: 'sum({{$context.data.lines.price}})' },
      context: { data: { lines: [{ price: 10 }, { price: 2.5 }] } },
      expect: { kind: 'done', result: 12.5 },
    },
  ],
  run({ config, scope, ports, signal }) {
    const { engine = 'math.js', expression = '' } = config;
    const result = evaluateInBounds({ engine, expression }, scope, { evaluator: ports.evaluator, signal });
    return result instanceof Promise ? result.then(done) : done(result);
  },
});

function done(result: Json): Outcome {
  return { kind: 'done', result };
}
