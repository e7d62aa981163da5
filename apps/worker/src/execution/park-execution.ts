import type { EndReason, Ending, NodeError } from '#engine';
import type { ReplyChannel } from '#queue';
import type { ExecutionStore, RunnableExecution } from '#storage';
import { failureReply, recordOutcome } from './steps/record-outcome.js';
import { sendReply } from './steps/send-reply.js';

/**
 * Ends an execution that cannot go on, as it stands in the database: history keeps the reason, a sync sender is
 * answered 500, its dedup key is released. False when it had ended or changed hands meanwhile.
 */
export async function parkExecution(
  store: Pick<ExecutionStore, 'recordOutcome'>,
  replies: Pick<ReplyChannel, 'publish'>,
  execution: RunnableExecution,
  ending: { status: Ending; reason: EndReason | null; error: NodeError },
): Promise<boolean> {
  if (execution.status !== 'queued' && execution.status !== 'started') return false;
  const endedAt = new Date();
  const expected = { status: execution.status, attempt: execution.attempt, leaseId: execution.leaseId };
  const recorded = await recordOutcome(
    store,
    { execution, expected, startedAt: endedAt, endedAt },
    { ...ending, nodeRuns: [], reply: failureReply(execution), output: null },
  );
  await sendReply(replies, execution);
  return recorded;
}
