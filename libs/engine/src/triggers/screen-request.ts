import type { WebhookWorkflow } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { StoredRequest } from '../contract/request.js';
import { evaluateFilter } from './filter.js';
import type { ParseLimits } from './parse-body/parse-limits.js';
import { deriveContext } from './webhook-context.js';

/** What gates 14 and 15 say to a request. */
export type Screening =
  | { outcome: 'wanted' | 'filtered' }
  /** `code` as the gateway's catalogue of refusals names it. */
  | { outcome: 'refused'; code: string; why: string };

/**
 * Gates 14 and 15 over a stored request, as a replay enters them: the original bytes against this version's parser,
 * schema and filter. What a gateway would refuse is an outcome, never thrown.
 */
export function screenRequest(
  request: StoredRequest,
  workflow: WebhookWorkflow,
  env: Record<string, string>,
  limits: ParseLimits,
): Screening {
  const derived = deriveContext(request, workflow, limits);
  if (!derived.ok) return { outcome: 'refused', code: derived.code, why: derived.detail };
  const faults = workflow.trigger.validateBody?.(derived.context.data) ?? [];
  if (faults.length > 0) return { outcome: 'refused', code: 'invalid_body', why: faults.join('; ') };
  try {
    return { outcome: evaluateFilter(workflow, derived.context, env) ? 'wanted' : 'filtered' };
  } catch (error) {
    if (error instanceof EngineError) return { outcome: 'refused', code: error.code, why: error.message };
    throw error;
  }
}
