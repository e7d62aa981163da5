import { hash } from 'node:crypto';
import { asyncReplyStatus, evaluateDedupKey, type StoredRequest } from '#engine';
import { newId } from '#shared';
import { RejectedRow, StorageUnavailable, type AcceptRequest, type RequestAcceptor } from '#storage';
import type { Acceptance } from '../acceptance.js';
import type { ActiveWorkflow } from '../active-workflow.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';
import type { ParsedRequest } from '../parsed-request.js';

/**
 * Gate 16: the request and its execution, durable in one transaction, once per delivery id.
 * @param replyTo instance that waits for the reply; null in async mode
 * @throws Refusal storage_unavailable, unstorable
 */
export async function acceptRequest(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  { stored, context }: ParsedRequest,
  env: Readonly<Record<string, string>>,
  acceptor: Pick<RequestAcceptor, 'accept'>,
  replyTo: string | null,
): Promise<Acceptance> {
  const deliveryId = evaluateDedupKey(workflow.compiled, stored, context, env) ?? stored.deliveryId;
  request.known.deliveryId = deliveryId;
  stored.deliveryId = deliveryId;
  // As the worker will derive it from the stored row.
  context.deliveryId = deliveryId;
  const dedupId = deliveryId === null ? null : sha256(`${workflow.key}\n${deliveryId}`);
  try {
    const result = await acceptor.accept(rowsOf(request, workflow, stored, dedupId, replyTo));
    request.known.execution = { id: result.executionId, duplicate: result.kind === 'duplicate' };
    const tookOver = result.kind === 'accepted' && result.previousExecutionId !== null;
    return { ...result, jobDedupId: tookOver ? null : dedupId };
  } catch (error) {
    if (error instanceof StorageUnavailable) throw new Refusal('storage_unavailable', { why: error.message });
    if (error instanceof RejectedRow) throw new Refusal('unstorable', { why: error.message });
    throw error;
  }
}

function rowsOf(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  stored: StoredRequest,
  dedupId: Buffer | null,
  replyTo: string | null,
): AcceptRequest {
  const { mode } = workflow.compiled.trigger.config;
  return {
    request: stored,
    workflowId: workflow.workflowId,
    versionId: workflow.versionId,
    executionId: newId(),
    mode,
    httpStatus: mode === 'async' ? asyncReplyStatus(workflow.compiled) : null,
    secretName: request.known.secretName,
    latencyMs: Date.now() - request.receivedAt.getTime(),
    bodySha256: sha256(stored.content?.body ?? stored.body),
    dedup: dedupId && { id: dedupId, windowMs: workflow.dedupWindowMs },
    replyTo,
  };
}

function sha256(data: string | Buffer): Buffer {
  return hash('sha256', data, 'buffer');
}
