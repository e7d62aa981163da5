import { isEnding } from '#engine';
import type { JobProducer, ReplyChannel } from '#queue';
import { currentTraceparent, newId, type Json, type Logger } from '#shared';
import type { ExecutionStore, HistoryStore } from '#storage';
import { WakeUp } from './wake-up.js';

export interface ManualRun {
  workflowId: number;
  versionId: number;
  input: Json;
}

export interface ManualRunOptions {
  /** Longest wait for the ending or a suspension, milliseconds. */
  waitMs: number;
  /** How often to look when no message comes, milliseconds. */
  pollMs: number;
  /** Aborted when the process drains: waits end, executions go on. */
  signal: AbortSignal;
}

/**
 * Runs a workflow by hand on a worker: admin itself never runs a node. The row is committed before the job is handed
 * over, so a queue that is away only delays it (the dispatcher enqueues it).
 */
export class ManualRuns {
  constructor(
    private readonly history: Pick<HistoryStore, 'createManual'>,
    private readonly executions: Pick<ExecutionStore, 'findReply'>,
    private readonly producer: Pick<JobProducer, 'enqueue'>,
    private readonly replies: Pick<ReplyChannel, 'instance' | 'listen'>,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly options: ManualRunOptions,
  ) {}

  /** Resolves with the execution's id once it ended or waits without a worker, or after the longest wait. */
  async run(run: ManualRun): Promise<string> {
    const id = newId();
    await this.history.createManual({ id, ...run, replyTo: this.replies.instance });
    const wake = new WakeUp();
    const stop = this.replies.listen(id, () => wake.call());
    try {
      await this.enqueue(id);
      await this.untilSettled(id, wake);
    } finally {
      stop();
    }
    return id;
  }

  private async enqueue(executionId: string): Promise<void> {
    const traceparent = currentTraceparent();
    const job = { executionId, attempt: 0, dedupId: null, urgent: true, ...(traceparent ? { traceparent } : {}) };
    await this.producer.enqueue(job).catch((error: unknown) => {
      this.logger.warn({ err: error, executionId }, 'the queue did not take a manual run; the dispatcher will');
    });
  }

  private async untilSettled(id: string, wake: WakeUp): Promise<void> {
    const end = Date.now() + this.options.waitMs;
    while (Date.now() < end && !this.options.signal.aborted) {
      await wake.orAfter(Math.min(this.options.pollMs, end - Date.now()), this.options.signal);
      const state = await this.executions.findReply(id);
      if (state && (isEnding(state.status) || state.suspended)) return;
    }
  }
}
