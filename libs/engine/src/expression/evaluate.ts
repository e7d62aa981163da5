import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { evaluateCalculation } from './evaluate-calculation.js';
import { evaluateMath } from './math-engine.js';
import { parseTemplate } from './parse-template.js';
import { resolveReference, type TemplateScope } from './template.js';
import { valueText } from './value-text.js';

/** A calculation or condition as it stands in a config; the property that its engine does not use is ignored. */
export interface Expression {
  engine: string;
  calculation?: Json;
  expression?: string;
}

export const ENGINES = ['basic', 'math.js', 'string'] as const;

/**
 * Evaluates an expression of the engines `basic` (a boolean), `math.js` (any JSON) or `string` (text: templates
 * concatenated, null, NaN and infinities empty). An empty expression of the last two is null.
 *
 * @throws EngineError `unknown_engine`, and those of the engines.
 */
export function evaluateExpression(input: Expression, scope: TemplateScope): Json {
  switch (input.engine) {
    case 'basic':
      return evaluateCalculation(input.calculation, scope);
    case 'math.js':
      return isBlank(input.expression) ? null : evaluateMath(input.expression, scope);
    case 'string':
      return isBlank(input.expression) ? null : evaluateString(input.expression, scope);
    default:
      throw new EngineError('unknown_engine', `there is no engine "${input.engine}"; known are ${ENGINES.join(', ')}`);
  }
}

function isBlank(expression: string | undefined): expression is undefined | '' {
  return expression === undefined || expression.trim() === '';
}

function evaluateString(expression: string, scope: TemplateScope): string {
  let text = '';
  for (const part of parseTemplate(expression).parts) {
    const value = typeof part === 'string' ? part : resolveReference(part, scope);
    if (typeof value !== 'number' || Number.isFinite(value)) text += valueText(value);
  }
  return text;
}
