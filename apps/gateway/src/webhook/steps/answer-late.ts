import type { Reply } from '#engine';
import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';
import { replyPath } from '../reply-url.js';

/**
 * Gate 18, when the wait ended first: what `onTimeout` says. The execution goes on either way.
 * @param publicUrl base of the URL where the reply can be fetched later
 * @throws Refusal sync_timeout
 */
export function answerLate(workflow: ActiveWorkflow, executionId: string, publicUrl: string, replyKey: Buffer): Reply {
  if (workflow.compiled.trigger.config.onTimeout === 'fail') throw new Refusal('sync_timeout');
  const location = publicUrl + replyPath(replyKey, executionId, new Date());
  return {
    status: 202,
    headers: { 'content-type': 'application/json', location },
    body: JSON.stringify({ executionId, status: 'started', location }),
  };
}
