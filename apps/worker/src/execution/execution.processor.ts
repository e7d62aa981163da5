import { attributes, inSpan, type Logger } from '#shared';
import {
  ExecutionWorkerHost,
  type JobDelivery,
  type JobMember,
  type JobProducer,
  type QueueOptions,
  type ReplyChannel,
} from '#queue';
import type { ExecutionStore } from '#storage';
import type { ExecuteWorkflow } from './execute-workflow.js';
import { settleJob } from './settle-job.js';

/** The queue's edge: one execution in, one verdict out. */
export class ExecutionProcessor extends ExecutionWorkerHost {
  constructor(
    queue: { options: QueueOptions; concurrency: number; producer: Pick<JobProducer, 'enqueueLater'> },
    private readonly workflow: Pick<ExecuteWorkflow, 'run' | 'yieldAll'>,
    private readonly executions: Pick<ExecutionStore, 'endFromOutside'>,
    private readonly replies: Pick<ReplyChannel, 'publish'>,
    private readonly logger: Logger,
  ) {
    super(queue.options, queue.concurrency, queue.producer);
  }

  override onQueueError(error: Error): void {
    this.logger.warn({ err: error }, 'the queue reports a fault');
  }

  /** Running executions stop before their next node; what is begun goes on, at most `timeoutMs`. */
  override async drain(timeoutMs: number): Promise<void> {
    this.workflow.yieldAll();
    await super.drain(timeoutMs);
  }

  /** Rejects when the queue shall hand the execution out again. */
  override async handle(member: JobMember, delivery: JobDelivery, claimed: () => void): Promise<void> {
    const span = {
      kind: 'consumer' as const,
      parent: member.traceparent,
      attributes: { [attributes.executionId]: member.executionId, [attributes.attempt]: member.attempt },
    };
    let isClaimed = false;
    const onClaimed = () => {
      isClaimed = true;
      claimed();
    };
    await inSpan('execution.job', span, async () => {
      try {
        await this.workflow.run(member, { redelivered: delivery.redelivered, claimed: onClaimed });
      } catch (error) {
        if (isClaimed) this.reportBrokenOff(member, error);
        else await this.decide(member, delivery, error);
      }
    });
  }

  /** It is let go of by now: recovery hands it out again, and knows whether it may have acted. */
  private reportBrokenOff(member: JobMember, error: unknown): void {
    if (settleJob(error, { lastTry: false }).kind === 'complete') return;
    this.logger.error({ err: error, executionId: member.executionId }, 'the execution broke off; it is recovered');
  }

  private async decide(member: JobMember, delivery: JobDelivery, error: unknown): Promise<void> {
    const verdict = settleJob(error, delivery);
    switch (verdict.kind) {
      case 'complete':
        return;
      case 'retry':
        this.logger.warn(
          { err: error, executionId: member.executionId },
          'the execution could not run; it is tried again',
        );
        throw error;
      case 'park':
        this.logger.error({ err: error, executionId: member.executionId }, 'the execution is parked as error');
        return this.park(member, { code: verdict.code, message: verdict.message });
      default:
        return verdict satisfies never;
    }
  }

  /** Only as it was handed out: once another run claimed it, recovery decides. */
  private async park(member: JobMember, error: { code: string; message: string }): Promise<void> {
    const { executionId, attempt } = member;
    const ending = { status: 'error' as const, reason: null, error };
    const asHandedOut = { status: 'queued' as const, attempt, leaseId: null };
    const result = await this.executions.endFromOutside(executionId, ending, asHandedOut);
    if (result.kind === 'ended' && result.replyTo) await this.replies.publish(result.replyTo, executionId);
  }
}
