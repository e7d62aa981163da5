import type { BoundWorkflow } from '#storage';

/**
 * Those of the workflows that a call concerns: first those it names, in its order, then the global ones, oldest first.
 *
 * @param bound oldest first
 */
export function concernedWorkflows(
  bound: readonly BoundWorkflow[],
  names: readonly string[],
  event: string,
): BoundWorkflow[] {
  const asked = bound.filter(({ events }) => events.includes(event));
  const named = names.flatMap((name) => asked.find(({ workflowKey }) => workflowKey === name) ?? []);
  return [...named, ...asked.filter((workflow) => workflow.isGlobal && !named.includes(workflow))];
}
