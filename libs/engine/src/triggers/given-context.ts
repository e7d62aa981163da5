import type { Json } from '#shared';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import { manualContext } from './webhook-context.js';

/**
 * `$context` of an execution that no request started: what its starter gave, as it is. Only a webhook's is completed, so
 * that templates find the same shape as after a request.
 */
export function givenContext(workflow: CompiledWorkflow, input: Json): Json {
  return workflow.trigger.config.type === 'webhook' ? (manualContext(input) as unknown as Json) : input;
}
