import type { Json } from '#shared';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { Scope } from '../contract/scope.js';
import type { TriggerContext } from '../contract/request.js';
import { createSystemScope } from '../expression/system-scope.js';

/** What is known before a node runs. */
export interface ScopeParts {
  context: TriggerContext;
  env: Record<string, string>;
  executionId: string;
  version: number;
  now: Date;
}

/** The scope of templates that the trigger renders: no nodes have run, no loops are open. */
export function triggerScope(
  workflow: CompiledWorkflow,
  parts: Partial<ScopeParts> & Pick<ScopeParts, 'context' | 'env'>,
): Scope {
  const { context, env, executionId, version } = parts;
  const now = parts.now ?? new Date(context.receivedAt);
  const execution: Record<string, Json> = { workflowKey: workflow.document.key ?? '' };
  if (executionId !== undefined) execution.id = executionId;
  if (version !== undefined) execution.version = version;
  return {
    $context: context as unknown as Json,
    $jobsMapByNodeKey: {},
    $scopes: {},
    $env: env,
    $system: createSystemScope(() => now),
    $execution: execution,
  };
}
