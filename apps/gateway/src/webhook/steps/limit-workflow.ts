import type { RequestLimits } from '../../limits/request-limits.js';
import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';
import { retryAfter } from '../retry-after.js';
import type { WebhookRequest } from '../webhook-request.js';

/**
 * Gate 8: an address that failed to authenticate too often on this workflow, then the workflow's own limit, of which
 * such an address shall take nothing. Before the body is read and before any check that costs more than a look.
 * @throws Refusal too_many_failures, workflow_rate_limited
 */
export function limitWorkflow(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  { failures, buckets }: Pick<RequestLimits, 'failures' | 'buckets'>,
): void {
  const barredFor = failures?.waitMs(workflow.workflowId, request.origin.ip) ?? 0;
  if (barredFor > 0) throw new Refusal('too_many_failures', { headers: retryAfter(barredFor) });
  const { rateLimit } = workflow;
  const wait = rateLimit ? buckets.take(`workflow:${workflow.workflowId}`, rateLimit) : 0;
  if (wait > 0) throw new Refusal('workflow_rate_limited', { headers: retryAfter(wait) });
}
