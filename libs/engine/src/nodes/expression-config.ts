import type { Json, JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { checkExpression } from '../expression/check-expression.js';

/** Schema of an expression in a config. */
export const expressionSchema: JsonObject = {
  type: 'string',
  description: 'Read by the engine; variables as {{path}} are bound as values, never as text.',
};

/** Schema of what the engine `basic` evaluates. */
export const calculationSchema: JsonObject = {
  type: 'object',
  description: 'For basic: {calculator, operands} or {group: {type: and | or, calculations: [...]}}.',
};

/** Schema of the property `engine` with the engines a node knows, the default first. */
export function engineSchema(engines: readonly [string, ...string[]]): JsonObject {
  return { type: 'string', enum: [...engines], default: engines[0], description: 'What evaluates the expression.' };
}

/** Faults of an expression in a config beyond its schema; the first of `engines` is meant when none is named. */
export function checkNodeExpression(
  config: { engine?: string; calculation?: Json; expression?: string },
  engines: readonly [string, ...string[]],
): Fault[] {
  const engine = config.engine ?? engines[0];
  if (!engines.includes(engine)) return [];
  return checkExpression({ ...config, engine });
}
