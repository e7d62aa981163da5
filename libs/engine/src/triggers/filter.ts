import type { WebhookWorkflow } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { TriggerContext } from '../contract/request.js';
import { evaluateExpression } from '../expression/evaluate.js';
import { triggerScope } from './trigger-scope.js';

/**
 * Whether a request starts an execution: true without a filter, else the filter's value as JavaScript's truth.
 * `$system.now` is the time of receipt.
 *
 * @throws EngineError `filter_failed` when it cannot be evaluated; the cause's code and message are in `detail`.
 */
export function evaluateFilter(
  workflow: WebhookWorkflow,
  context: TriggerContext,
  env: Record<string, string>,
): boolean {
  const { filter } = workflow.trigger.config;
  if (filter === undefined) return true;
  try {
    return Boolean(evaluateExpression(filter, triggerScope(workflow, { context, env })));
  } catch (error) {
    const cause = error instanceof EngineError ? error : new EngineError('node_error', String(error));
    const detail = { code: cause.code, message: cause.message };
    throw new EngineError('filter_failed', `the filter cannot be evaluated: ${cause.message}`, detail);
  }
}
