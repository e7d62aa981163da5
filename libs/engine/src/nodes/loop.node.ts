import { isJsonObject, type Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { defineNode } from '../contract/node.js';
import type { Rounds } from '../contract/outcome.js';
import type { Calculation, Fault } from '../contract/workflow-document.js';
import { evaluateInBounds, type EvaluationBounds } from '../expression/evaluate-in-bounds.js';
import { calculationSchema, checkNodeExpression, engineSchema, expressionSchema } from './expression-config.js';

const ENGINES = ['basic', 'math.js', 'formula.js', 'string'] as const;

/** Config of a loop, see contract.md 7. */
export type LoopNodeConfig = {
  target?: Json;
  exit?: Rounds['exit'];
  condition?: LoopCondition | false;
};

type LoopCondition = {
  checkpoint?: 'before' | 'after';
  continueOnFalse?: boolean;
  engine?: (typeof ENGINES)[number];
  calculation?: Calculation;
  expression?: string;
};

export const loopNode = defineNode<LoopNodeConfig>({
  type: 'loop',
  title: 'Loop',
  docs:
    'Runs the branch `body` once per item: of an array, per character of a text, per entry `{key, value}` of an object, or ' +
    'as often as a number says (below 0: never; nothing: never). `$scopes.<key of this node>` is `{item, index, sequence, ' +
    'length}`, index from 0, sequence from 1. The items are those at the start, whatever changes later. With a `condition` ' +
    'a round is only made when it holds: else the loop stops, or skips the round with `continueOnFalse`; `checkpoint: ' +
    'after` does not ask before the first round. When a round fails, `exit` says what becomes of it: `return` fails the ' +
    'loop with its status, `break` stops, `continue` goes on. The result is `{looped, done}`, with `broken: true` when the ' +
    'loop was left early; more rounds than the installation allows are an `error` with `exceeded: true`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['target'],
    properties: {
      target: { description: 'A number, a list, a text, an object, or a template that gives one.' },
      exit: {
        type: 'string',
        enum: ['return', 'break', 'continue'],
        default: 'return',
        description: 'When a round fails: the loop fails with it, stops, or goes on with the next round.',
      },
      condition: {
        description: 'false, or what must hold before each round: write {checkpoint, continueOnFalse, engine, ...}',
        anyOf: [
          { const: false },
          {
            type: 'object',
            additionalProperties: false,
            properties: {
              checkpoint: {
                type: 'string',
                enum: ['before', 'after'],
                default: 'before',
                description: 'When it is asked first: before the first round, or after it.',
              },
              continueOnFalse: {
                type: 'boolean',
                default: false,
                description: 'Skip a round whose condition is false, instead of leaving the loop.',
              },
              engine: engineSchema(ENGINES),
              calculation: calculationSchema,
              expression: expressionSchema,
            },
          },
        ],
      },
    },
  },
  branches: ['body'],
  repeats: true,
  effect: 'pure',
  raw: ['condition'],
  check: ({ condition }) => checkCondition(condition),
  examples: [
    {
      title: 'Once per line of an order',
      config: { target: '{{$context.data.lines}}' },
      context: { data: { lines: [{ price: 1 }, { price: 2 }] } },
      expect: {
        kind: 'each',
        rounds: { branch: 'body', items: [{ price: 1 }, { price: 2 }], condition: null, exit: 'return' },
      },
    },
    {
      title: 'Three times, going on when a round fails',
      config: { target: 3, exit: 'continue' },
      expect: { kind: 'each', rounds: { branch: 'body', items: 3, condition: null, exit: 'continue' } },
    },
    {
      title: 'Once per entry of an object',
      config: { target: { a: 1, b: null } },
      expect: {
        kind: 'each',
        rounds: {
          branch: 'body',
          items: [
            { key: 'a', value: 1 },
            { key: 'b', value: null },
          ],
          condition: null,
          exit: 'return',
        },
      },
    },
  ],
  run({ config, ports, signal }) {
    const { target = null, exit = 'return', condition = false } = config;
    const bounds = { evaluator: ports.evaluator, signal };
    return {
      kind: 'each',
      rounds: { branch: 'body', items: itemsOf(target), condition: asked(condition, bounds), exit },
    };
  },
});

function itemsOf(target: Json): Rounds['items'] {
  if (target === null) return 0;
  if (typeof target === 'number') return countOf(target);
  if (typeof target === 'string') return [...target];
  if (Array.isArray(target)) return target;
  if (isJsonObject(target)) return Object.entries(target).map(([key, value]) => ({ key, value }));
  throw new EngineError(
    'invalid_target',
    'A loop goes over a number, a list, a text or an object, not over true or false.',
  );
}

function countOf(target: number): number {
  if (!Number.isFinite(target)) throw new EngineError('invalid_target', 'A loop cannot go round so often.');
  return Math.max(0, Math.floor(target));
}

function asked(condition: LoopCondition | false, bounds: EvaluationBounds): Rounds['condition'] {
  if (condition === false) return null;
  const { checkpoint, continueOnFalse = false, engine = 'basic', calculation, expression } = condition;
  return {
    holds: (scope) => {
      const result = evaluateInBounds({ engine, calculation, expression }, scope, bounds);
      return result instanceof Promise ? result.then(Boolean) : Boolean(result);
    },
    skipFirst: checkpoint === 'after',
    continueOnFalse,
  };
}

function checkCondition(condition: LoopNodeConfig['condition']): Fault[] {
  if (!condition) return [];
  return checkNodeExpression(condition, ENGINES).map((fault) => ({ ...fault, pointer: `/condition${fault.pointer}` }));
}
