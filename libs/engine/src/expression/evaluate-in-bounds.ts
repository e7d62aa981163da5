import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { Evaluator } from '../contract/ports.js';
import { areScalars, bindValues } from './compiled-expression.js';
import { COMPILERS, evaluateExpression, type Expression } from './evaluate.js';
import type { TemplateScope } from './template.js';

/** Where an expression is evaluated that may take long or grow. */
export interface EvaluationBounds {
  evaluator: Evaluator;
  signal: AbortSignal;
}

/**
 * As `evaluateExpression`, but nothing that an expression or a payload holds can keep the caller waiting: what provably
 * neither loops nor grows is evaluated at once (no promise, some microseconds), everything else by the evaluator, under
 * limits of time, memory and output. At once go `basic`, `string`, and short expressions of `math.js` and `formula.js`
 * whose variables are all scalars.
 *
 * @throws EngineError those of `evaluateExpression`; from the evaluator also `expression_timeout`, `expression_memory`,
 * `expression_output` and `aborted`. A promise rejects with them.
 */
export function evaluateInBounds(
  input: Expression,
  scope: TemplateScope,
  bounds: EvaluationBounds,
): Json | Promise<Json> {
  const { engine, expression } = input;
  if (engine !== 'math.js' && engine !== 'formula.js') return evaluateExpression(input, scope);
  if (expression === undefined || expression.trim() === '') return null;
  const compiled = COMPILERS.get(engine)!(expression);
  const values = bindValues(compiled.bound, scope);
  if (compiled.isScalar && areScalars(values)) return compiled.evaluate(values);
  return ask(bounds, engine, expression, Object.fromEntries(values));
}

async function ask(
  { evaluator, signal }: EvaluationBounds,
  engine: 'math.js' | 'formula.js',
  expression: string,
  source: Json,
): Promise<Json> {
  const evaluated = await evaluator.evaluate({ engine, expression, source, signal });
  if (evaluated.ok) return evaluated.result;
  throw new EngineError(evaluated.code, evaluated.message);
}
