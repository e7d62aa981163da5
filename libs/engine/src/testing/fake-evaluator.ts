import type { Evaluator } from '../contract/ports.js';
import { evaluateRequest } from '../expression/evaluate-request.js';

/** Evaluates expressions of tests in this very process, without limits of time and memory: only for those we wrote. */
export function fakeEvaluator(): Evaluator {
  return { evaluate: evaluateRequest };
}
