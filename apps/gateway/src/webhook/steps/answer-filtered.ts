import { filteredReply, renderAsyncReply, type Reply } from '#engine';
import type { ActiveWorkflow } from '../active-workflow.js';
import type { ParsedRequest } from '../parsed-request.js';

/** Gate 15, not wanted: answered as usual, so that the sender learns nothing of the filter. There is no execution. */
export function answerFiltered(
  workflow: ActiveWorkflow,
  { context, stored }: ParsedRequest,
  env: Readonly<Record<string, string>>,
): Reply {
  const parts = { context, env: { ...env }, executionId: '', version: workflow.version, now: stored.receivedAt };
  const render = workflow.compiled.trigger.config.mode === 'async' ? renderAsyncReply : filteredReply;
  return render(workflow.compiled, parts);
}
