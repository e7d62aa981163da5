import { decodeReply } from './reply-message.js';

/** What a waiter hears: the text that the message brought, or null. */
export type Wake = (text: string | null) => void;

/** Who waits for which execution in this process; one map whatever the number of waiters. */
export class ReplyListeners {
  private readonly byExecution = new Map<string, Set<{ wake: Wake }>>();

  /** Executions that somebody waits for. */
  get size(): number {
    return this.byExecution.size;
  }

  /** The returned function takes `wake` off again; calling it twice does nothing more. */
  add(executionId: string, wake: Wake): () => void {
    // An object per call: the same function registered twice must survive one of them leaving.
    const entry = { wake };
    const waiting = this.byExecution.get(executionId) ?? new Set();
    waiting.add(entry);
    this.byExecution.set(executionId, waiting);
    return () => {
      waiting.delete(entry);
      if (waiting.size === 0 && this.byExecution.get(executionId) === waiting) this.byExecution.delete(executionId);
    };
  }

  /** Wakes who waits for the execution the message names; a message that names none is ignored. */
  deliver(message: string | undefined): void {
    if (message === undefined) return;
    const { executionId, text } = decodeReply(message);
    for (const { wake } of [...(this.byExecution.get(executionId) ?? [])]) wake(text);
  }

  clear(): void {
    this.byExecution.clear();
  }
}
