import { EngineError, evaluateFilter, type TriggerContext } from '#engine';
import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';

/**
 * Gate 15: the trigger's schema and filter.
 * @returns false when the filter does not want this request
 * @throws Refusal invalid_body with every fault, filter_failed
 */
export function screen(
  workflow: ActiveWorkflow,
  context: TriggerContext,
  env: Readonly<Record<string, string>>,
): boolean {
  const faults = workflow.compiled.trigger.validateBody?.(context.data) ?? [];
  if (faults.length > 0) throw new Refusal('invalid_body', { faults });
  if (workflow.compiled.trigger.config.filter === undefined) return true;
  try {
    return evaluateFilter(workflow.compiled, context, env);
  } catch (error) {
    if (error instanceof EngineError) throw new Refusal('filter_failed', { why: error.message });
    throw error;
  }
}
