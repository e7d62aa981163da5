import { isEnding, type Reply } from '#engine';
import { StorageUnavailable, type ExecutionStore } from '#storage';
import { Refusal } from '../refusal.js';
import type { ReplyWait } from '../reply-wait.js';

export interface WaitOptions {
  /** Moment at which waiting ends. */
  deadline: Date;
  /** Milliseconds between two looks for the stored reply when no message comes. */
  pollMs: number;
  /** True for a duplicate: the wake-up goes to the instance of the first delivery, so this one looks more often. */
  joined: boolean;
}

/** First interval of a caller that joined; it doubles up to `pollMs`. */
const JOINED_POLL = 25;

/**
 * Gate 18: waits until the execution has ended and gives its stored reply. The stored reply is the truth; a message is a
 * wake-up that mostly brings a copy of it, which spares the look-up.
 * @throws Refusal no_reply when the execution ended, or is gone, without a reply
 */
export async function awaitReply(
  wait: ReplyWait,
  executions: Pick<ExecutionStore, 'findReply'>,
  { deadline, pollMs, joined }: WaitOptions,
): Promise<{ kind: 'reply'; reply: Reply } | { kind: 'late' | 'gone' }> {
  let interval = joined ? JOINED_POLL : pollMs;
  let look = joined;
  try {
    for (;;) {
      const reply = look ? await lookUp(wait.executionId, executions) : null;
      if (reply) return { kind: 'reply', reply };
      const left = deadline.getTime() - Date.now();
      if (left <= 0) return { kind: 'late' };
      const cause = await wait.pause(Math.min(interval, left));
      if (cause === 'gone') return { kind: 'gone' };
      if (cause === 'released') return { kind: 'late' };
      const copy = readCopy(wait.takeText());
      if (copy) return { kind: 'reply', reply: copy };
      if (cause === 'time') interval = Math.min(interval * 2, pollMs);
      look = true;
    }
  } finally {
    wait.close();
  }
}

/** Null when the message brought none, or nothing that this release can read: the look-up then decides. */
function readCopy(text: string | null): Reply | null {
  if (text === null) return null;
  try {
    const { status, headers, body } = JSON.parse(text) as Partial<Reply>;
    const isReply = typeof status === 'number' && typeof body === 'string' && typeof headers === 'object';
    return isReply && headers !== null ? { status, headers, body } : null;
  } catch {
    return null;
  }
}

async function lookUp(executionId: string, executions: Pick<ExecutionStore, 'findReply'>): Promise<Reply | null> {
  try {
    const state = await executions.findReply(executionId);
    if (state?.reply) return state.reply;
    if (!state || isEnding(state.status)) throw new Refusal('no_reply', { why: state ? state.status : 'deleted' });
    return null;
  } catch (error) {
    // The database is away for a moment: the reply may still come before the deadline.
    if (error instanceof StorageUnavailable) return null;
    throw error;
  }
}
