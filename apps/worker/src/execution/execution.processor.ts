import { attributes, inSpan, type Logger } from '#shared';
import {
  ExecutionWorkerHost,
  type ExecutionJobData,
  type JobDelivery,
  type QueueOptions,
  type ReplyChannel,
} from '#queue';
import type { Storage } from '#storage';
import type { ExecuteWorkflow } from './execute-workflow.js';
import { parkExecution } from './park-execution.js';
import { settleJob } from './settle-job.js';

/** The queue's edge: one job in, one verdict out. */
export class ExecutionProcessor extends ExecutionWorkerHost {
  constructor(
    queue: { options: QueueOptions; concurrency: number },
    private readonly workflow: Pick<ExecuteWorkflow, 'run'>,
    private readonly executions: Pick<Storage['executions'], 'loadRunnable' | 'recordOutcome'>,
    private readonly replies: Pick<ReplyChannel, 'publish'>,
    private readonly logger: Logger,
  ) {
    super(queue.options, queue.concurrency);
  }

  override onQueueError(error: Error): void {
    this.logger.warn({ err: error }, 'the queue reports a fault');
  }

  /** Rejects when the queue shall hand the job out again. */
  override async handle(job: ExecutionJobData, delivery: JobDelivery): Promise<void> {
    const span = {
      kind: 'consumer' as const,
      parent: job.traceparent,
      attributes: { [attributes.executionId]: job.executionId, [attributes.attempt]: job.attempt },
    };
    await inSpan('execution.job', span, async () => {
      try {
        await this.workflow.run(job, delivery.redelivered);
      } catch (error) {
        await this.decide(job, delivery, error);
      }
    });
  }

  private async decide(job: ExecutionJobData, delivery: JobDelivery, error: unknown): Promise<void> {
    const verdict = settleJob(error, delivery);
    switch (verdict.kind) {
      case 'complete':
        return;
      case 'retry':
        this.logger.warn(
          { err: error, executionId: job.executionId },
          'the execution could not run; it is tried again',
        );
        throw error;
      case 'park': {
        this.logger.error({ err: error, executionId: job.executionId }, 'the execution is parked as error');
        const execution = await this.executions.loadRunnable(job.executionId);
        // Claimed, by this run or by another: recovery decides, which knows whether it may have acted.
        if (execution?.status !== 'queued' || execution.attempt !== job.attempt) return;
        const { code, message } = verdict;
        await parkExecution(this.executions, this.replies, execution, {
          status: 'error',
          reason: null,
          error: { code, message },
        });
        return;
      }
      default:
        return verdict satisfies never;
    }
  }
}
