import { isEnding } from '#engine';
import type { JobProducer, ReplyChannel } from '#queue';
import { currentTraceparent, type Logger } from '#shared';
import type { ExecutionStore } from '#storage';
import { WakeUp } from './wake-up.js';

export interface AwaitedRunOptions {
  /** How often to look when no message comes, milliseconds. */
  pollMs: number;
  /** Aborted when the process drains: waits end, executions go on. */
  signal: AbortSignal;
}

/**
 * Hands executions to the workers and waits for them: admin itself never runs a node. A row is committed before its job
 * is handed over, so a queue that is away only delays it (the dispatcher enqueues it).
 */
export class AwaitedRuns {
  constructor(
    private readonly executions: Pick<ExecutionStore, 'findReply'>,
    private readonly producer: Pick<JobProducer, 'enqueue'>,
    private readonly replies: Pick<ReplyChannel, 'instance' | 'listen'>,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly options: AwaitedRunOptions,
  ) {}

  /**
   * Has `create` commit an execution that tells `replyTo` of its end, and resolves once it ended, or after `waitMs`.
   *
   * @param until `suspended`: also once it waits without a worker
   */
  async run(
    id: string,
    waitMs: number,
    until: 'ended' | 'suspended',
    create: (replyTo: string) => Promise<unknown>,
  ): Promise<void> {
    await create(this.replies.instance);
    const wake = new WakeUp();
    const stop = this.replies.listen(id, () => wake.call());
    try {
      await this.enqueue(id, true);
      await this.untilSettled(id, waitMs, until, wake);
    } finally {
      stop();
    }
  }

  /** @param urgent somebody waits: it goes before the others */
  async enqueue(executionId: string, urgent: boolean): Promise<void> {
    const traceparent = currentTraceparent();
    const job = { executionId, attempt: 0, dedupId: null, urgent, ...(traceparent ? { traceparent } : {}) };
    await this.producer.enqueue(job).catch((error: unknown) => {
      this.logger.warn({ err: error, executionId }, 'the queue did not take an execution; the dispatcher will');
    });
  }

  private async untilSettled(id: string, waitMs: number, until: 'ended' | 'suspended', wake: WakeUp): Promise<void> {
    const end = Date.now() + waitMs;
    while (Date.now() < end && !this.options.signal.aborted) {
      await wake.orAfter(Math.min(this.options.pollMs, end - Date.now()), this.options.signal);
      const state = await this.executions.findReply(id);
      if (state && (isEnding(state.status) || (until === 'suspended' && state.suspended))) return;
    }
  }
}
