import { deriveContext, manualContext, type CompiledWorkflow, type ParseLimits, type TriggerContext } from '#engine';
import type { RunnableExecution } from '#storage';

/** The stored bytes no longer parse as they did when they were accepted: a defect, never the sender's fault. */
export class UnreadableRequest extends Error {
  override readonly name = 'UnreadableRequest';
}

/** `$context`, made from the stored bytes by the function the gateway used too, or from what was given by hand. */
export function deriveInput(
  execution: RunnableExecution,
  workflow: CompiledWorkflow,
  limits: ParseLimits,
): TriggerContext {
  if (!execution.request) return manualContext(execution.input);
  const derived = deriveContext(execution.request, workflow, limits);
  if (derived.ok) return derived.context;
  throw new UnreadableRequest(`The stored request of execution ${execution.id} cannot be read: ${derived.detail}`);
}
