import { deriveContext, givenContext, type CompiledWorkflow, type ParseLimits } from '#engine';
import type { Json } from '#shared';
import type { RunnableExecution } from '#storage';

/** The stored bytes no longer parse as they did when they were accepted: a defect, never the sender's fault. */
export class UnreadableRequest extends Error {
  override readonly name = 'UnreadableRequest';
}

/** `$context`, made from the stored bytes by the function the gateway used too, or what its starter gave. */
export function deriveInput(execution: RunnableExecution, workflow: CompiledWorkflow, limits: ParseLimits): Json {
  if (!execution.request) return givenContext(workflow, execution.input);
  const derived = deriveContext(execution.request, workflow, limits);
  if (derived.ok) return derived.context as unknown as Json;
  throw new UnreadableRequest(`The stored request of execution ${execution.id} cannot be read: ${derived.detail}`);
}
