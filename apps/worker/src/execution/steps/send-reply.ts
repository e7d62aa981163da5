import type { ReplyChannel } from '#queue';
import type { RunnableExecution } from '#storage';

/** Wakes whoever waits for this execution. The reply itself is already stored; a lost message costs a poll. */
export async function sendReply(
  replies: Pick<ReplyChannel, 'publish'>,
  execution: Pick<RunnableExecution, 'id' | 'replyTo'>,
): Promise<void> {
  if (execution.replyTo) await replies.publish(execution.replyTo, execution.id);
}
