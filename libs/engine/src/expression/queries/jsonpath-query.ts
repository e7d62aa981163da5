import { JSONPath } from 'jsonpath-plus';
import type { Json } from '#shared';
import { EngineError } from '../../contract/engine-error.js';
import { MOST_EXPRESSION } from '../expression-limits.js';
import { JsonPathFilter } from './jsonpath-filter.js';

/**
 * Evaluates a JSONPath (JSONPath Plus with `wrap: false`): what a path without wildcards, slices and filters finds is given
 * as it is, what any other finds as a list; null when nothing is found.
 * Filters and script expressions are walked by {@link JsonPathFilter}: neither the library's own evaluation nor a virtual
 * machine of Node sees them.
 *
 * @throws EngineError `expression_syntax` or `expression_failed`
 */
export function queryJsonPath(expression: string, source: Json): Json {
  if (expression.length > MOST_EXPRESSION) {
    throw new EngineError('expression_syntax', `write at most ${MOST_EXPRESSION} characters`);
  }
  // The library looks into nothing but lists and objects.
  if (typeof source !== 'object' || source === null) return expression.trim() === '$' ? source : null;
  try {
    const found: unknown = JSONPath({ path: expression, json: source, wrap: false, eval: JsonPathFilter as never });
    return (found ?? null) as Json;
  } catch (error) {
    throw engineErrorOf(error);
  }
}

/** The library wraps what a filter throws. */
function engineErrorOf(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (!(error instanceof Error)) return new EngineError('expression_failed', String(error));
  return error.cause instanceof EngineError ? error.cause : new EngineError('expression_failed', error.message);
}
