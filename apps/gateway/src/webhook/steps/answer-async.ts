import { deriveContext, renderAsyncReply, type ParseLimits, type Reply, type TriggerContext } from '#engine';
import type { ExecutionStore } from '#storage';
import type { ActiveWorkflow } from '../active-workflow.js';
import type { ParsedRequest } from '../parsed-request.js';
import type { WorkflowDirectory } from '../workflow-directory.js';
import type { Acceptance } from '../acceptance.js';

export interface AsyncAnswerSources {
  env: Readonly<Record<string, string>>;
  directory: Pick<WorkflowDirectory, 'version'>;
  executions: Pick<ExecutionStore, 'loadRunnable'>;
  limits: ParseLimits;
}

interface FirstDelivery {
  workflow: ActiveWorkflow;
  context: TriggerContext;
  receivedAt: Date;
}

/**
 * Gate 18, async: `trigger.response`. A duplicate is answered like the first delivery: by its version and, where the
 * answer holds templates, from its request.
 */
export async function answerAsync(
  workflow: ActiveWorkflow,
  { stored, context }: ParsedRequest,
  acceptance: Acceptance,
  sources: AsyncAnswerSources,
): Promise<Reply> {
  const own = { workflow, context, receivedAt: stored.receivedAt };
  const first = acceptance.kind === 'duplicate' ? await firstDelivery(own, acceptance, sources) : own;
  if (first.workflow.fixedReply) return first.workflow.fixedReply;
  return renderAsyncReply(first.workflow.compiled, {
    context: first.context,
    env: { ...sources.env },
    executionId: acceptance.executionId,
    version: first.workflow.version,
    now: first.receivedAt,
  });
}

/** Falls back to the duplicate's own parts when the first request was deleted meanwhile. */
async function firstDelivery(
  own: FirstDelivery,
  { executionId, versionId }: Extract<Acceptance, { kind: 'duplicate' }>,
  { directory, executions, limits }: AsyncAnswerSources,
): Promise<FirstDelivery> {
  const workflow = versionId === own.workflow.versionId ? own.workflow : await directory.version(versionId);
  if (!workflow) return own;
  if (workflow.fixedReply) return { ...own, workflow };
  const request = (await executions.loadRunnable(executionId))?.request;
  if (!request) return { ...own, workflow };
  const derived = deriveContext(request, workflow.compiled, limits);
  return derived.ok ? { workflow, context: derived.context, receivedAt: request.receivedAt } : { ...own, workflow };
}
