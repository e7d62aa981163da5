import type { Reply } from '#engine';
import type { ReplyChannel } from '#queue';
import type { RunnableExecution } from '#storage';

/**
 * Wakes whoever waits for this execution. What it is answered is already stored; a lost message costs a poll. `reply`,
 * when it is known here as it was stored, travels along and spares the look-up.
 */
export async function sendReply(
  replies: Pick<ReplyChannel, 'publish'>,
  execution: Pick<RunnableExecution, 'id' | 'replyTo'>,
  reply: Reply | null = null,
): Promise<void> {
  if (!execution.replyTo) return;
  if (reply) await replies.publish(execution.replyTo, execution.id, JSON.stringify(reply));
  else await replies.publish(execution.replyTo, execution.id);
}
