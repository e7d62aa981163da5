import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { evaluateCalculation } from './evaluate-calculation.js';
import { bindValues, type CompiledExpression } from './compiled-expression.js';
import { compileFormula } from './formula/formula-engine.js';
import { compileMath } from './math-engine.js';
import { parseTemplate } from './parse-template.js';
import { resolveReference, type TemplateScope } from './template.js';
import { valueText } from './value-text.js';

/** A calculation or condition as it stands in a config; the property that its engine does not use is ignored. */
export interface Expression {
  engine: string;
  calculation?: Json;
  expression?: string;
}

export const ENGINES = ['basic', 'math.js', 'formula.js', 'string'] as const;

type EngineName = (typeof ENGINES)[number];

export function isEngine(name: unknown): name is EngineName {
  return (ENGINES as readonly unknown[]).includes(name);
}

/** Engines whose expressions are compiled, by name. */
export const COMPILERS: ReadonlyMap<string, (expression: string) => CompiledExpression> = new Map([
  ['math.js', compileMath],
  ['formula.js', compileFormula],
]);

/**
 * Evaluates an expression of the engines `basic` (a boolean), `math.js` and `formula.js` (any JSON) or `string` (text:
 * templates concatenated, null, NaN and infinities empty), here and now. An empty expression of the last three is null.
 *
 * The limits that the engines put on single functions are all that holds it: over lists from a payload it may take
 * seconds. Nodes use `evaluateInBounds`, which has a deadline.
 *
 * @throws EngineError `unknown_engine`, and those of the engines.
 */
export function evaluateExpression(input: Expression, scope: TemplateScope): Json {
  const { engine, expression } = input;
  if (engine === 'basic') return evaluateCalculation(input.calculation, scope);
  const compile = COMPILERS.get(engine);
  if (compile === undefined && engine !== 'string') {
    throw new EngineError('unknown_engine', `there is no engine "${engine}"; known are ${ENGINES.join(', ')}`);
  }
  if (expression === undefined || expression.trim() === '') return null;
  if (compile === undefined) return evaluateString(expression, scope);
  const compiled = compile(expression);
  return compiled.evaluate(bindValues(compiled.bound, scope));
}

function evaluateString(expression: string, scope: TemplateScope): string {
  let text = '';
  for (const part of parseTemplate(expression).parts) {
    const value = typeof part === 'string' ? part : resolveReference(part, scope);
    if (typeof value !== 'number' || Number.isFinite(value)) text += valueText(value);
  }
  return text;
}
