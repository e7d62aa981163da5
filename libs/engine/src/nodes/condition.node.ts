import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import type { Calculation } from '../contract/workflow-document.js';
import { evaluateInBounds } from '../expression/evaluate-in-bounds.js';
import { calculationSchema, checkNodeExpression, engineSchema, expressionSchema } from './expression-config.js';

const ENGINES = ['basic', 'math.js', 'formula.js', 'string'] as const;

/** Config of a condition, see contract.md 7. */
export type ConditionNodeConfig = {
  engine?: (typeof ENGINES)[number];
  calculation?: Calculation;
  expression?: string;
  rejectOnFalse?: boolean;
};

export const conditionNode = defineNode<ConditionNodeConfig>({
  type: 'condition',
  title: 'Condition',
  docs:
    'Evaluates a condition and goes on in the branch `true` or `false`; an empty branch goes on to the next node. ' +
    'The result is the value that was evaluated; anything JavaScript counts as true is true. With `rejectOnFalse` there ' +
    'are no branches: a false condition ends the execution as `failed`. An expression that cannot be evaluated is an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      engine: engineSchema(ENGINES),
      calculation: calculationSchema,
      expression: expressionSchema,
      rejectOnFalse: {
        type: 'boolean',
        default: false,
        description: 'End the execution as failed when it is false; there are no branches then.',
      },
    },
  },
  branches: ['true', 'false'],
  effect: 'pure',
  testable: true,
  // Rendered by the engine, once: a rendered operand must not be read as a template again.
  raw: ['calculation', 'expression'],
  check: (config) => checkNodeExpression(config, ENGINES),
  examples: [
    {
      title: 'A large order goes to the branch true',
      config: {
        engine: 'basic',
        calculation: { calculator: 'gt', operands: ['{{$context.data.amount}}', 100] },
      },
      context: { data: { amount: 250 } },
      expect: { kind: 'branch', name: 'true', result: true },
    },
    {
      title: 'Only paid orders go on',
      config: { rejectOnFalse: true, engine: 'math.js', expression: '{{$context.data.paid}} == 1' },
      context: { data: { paid: 0 } },
      expect: { kind: 'fail', status: 'failed', result: false },
    },
    {
      title: 'A value that is not boolean counts as JavaScript counts it',
      config: { engine: 'formula.js', expression: 'LEN(TRIM({{$context.data.comment}}))' },
      context: { data: { comment: '  ' } },
      expect: { kind: 'branch', name: 'false', result: 0 },
    },
  ],
  run({ config, scope, ports, signal }) {
    const { engine = 'basic', calculation, expression } = config;
    const bounds = { evaluator: ports.evaluator, signal };
    const result = evaluateInBounds({ engine, calculation, expression }, scope, bounds);
    const rejects = config.rejectOnFalse === true;
    return result instanceof Promise ? result.then((value) => decide(value, rejects)) : decide(result, rejects);
  },
});

function decide(result: Json, rejects: boolean): Outcome {
  const holds = Boolean(result);
  if (!rejects) return { kind: 'branch', name: String(holds), result };
  if (holds) return { kind: 'done', result };
  const error = { code: 'condition_false', message: 'The condition is false and the node rejects then.' };
  return { kind: 'fail', status: 'failed', error, result };
}
