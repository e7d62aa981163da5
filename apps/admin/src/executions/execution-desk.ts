import type { NodeRunRecord } from '#engine';
import type { JobProducer, ReplyChannel } from '#queue';
import { currentTraceparent, newId, type Logger } from '#shared';
import { planRetry, type RetryResult } from '#storage';
import type { AdminStorage } from '../admin-storage.js';
import { ApiProblem, notFound } from '../http/api-problem.js';
import { FROM_START } from './retry-execution.dto.js';

export interface RetryToMake {
  /** `start`, or the key of a node. */
  from: string;
  version: 'same' | 'current';
}

/** What people do to executions: end them, and run them again. */
export class ExecutionDesk {
  constructor(
    private readonly storage: Pick<AdminStorage, 'history' | 'executions' | 'workflows' | 'configuration'>,
    private readonly producer: Pick<JobProducer, 'enqueue'>,
    private readonly replies: Pick<ReplyChannel, 'publish'>,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Ends an open execution at once, whoever runs it: its worker finds out within a second and writes nothing more.
   * @throws ApiProblem not_found, execution_ended
   */
  async cancel(id: string): Promise<void> {
    const error = { code: 'canceled', message: 'The execution was canceled by hand.' };
    const result = await this.storage.executions.endFromOutside(id, {
      status: 'canceled',
      reason: 'manual_cancel',
      error,
    });
    switch (result.kind) {
      case 'ended':
        if (result.replyTo !== null) await this.replies.publish(result.replyTo, id);
        return;
      case 'closed':
        throw new ApiProblem('execution_ended', `The execution has ended already: it is ${result.status}.`);
      case 'unknown':
        throw notFound('execution', id);
      case 'changed':
        throw new ApiProblem('unavailable', 'The execution is changing hands just now: try again.');
      default:
        return result satisfies never;
    }
  }

  /**
   * A new execution of what an ended one ran on, handed to the workers.
   * @returns its id
   * @throws ApiProblem not_found, execution_open, no_request, no_version, invalid_request
   */
  async retry(of: string, { from, version }: RetryToMake): Promise<string> {
    const restored = from === FROM_START ? [] : await this.runsBefore(of, from, version);
    const id = newId();
    const result = await this.storage.history.createRetry({ id, of, versionId: version, restored });
    if (result.kind !== 'created') throw refusal(of, result.kind);
    await this.enqueue(id, result.attempt);
    return id;
  }

  /** The visits that a retry from this node need not make again. */
  private async runsBefore(
    of: string,
    nodeKey: string,
    version: 'same' | 'current',
  ): Promise<readonly NodeRunRecord[]> {
    const plan = await planRetry(this.storage, of, nodeKey, version);
    switch (plan.kind) {
      case 'planned':
        return plan.restored;
      case 'no_node':
        throw badNode(`the version has no node "${nodeKey}"`);
      case 'not_visited':
        throw badNode(`the execution never came to the node "${nodeKey}"`);
      default:
        throw refusal(of, plan.kind);
    }
  }

  /** A queue that is away only delays it: the row is committed, the dispatcher finds it. */
  private async enqueue(executionId: string, attempt: number): Promise<void> {
    const traceparent = currentTraceparent();
    const job = { executionId, attempt, dedupId: null, urgent: false, ...(traceparent ? { traceparent } : {}) };
    await this.producer.enqueue(job).catch((error: unknown) => {
      this.logger.warn({ err: error, executionId }, 'the queue did not take a retry; the dispatcher will');
    });
  }
}

function refusal(id: string, kind: Exclude<RetryResult['kind'], 'created'>): ApiProblem {
  switch (kind) {
    case 'unknown':
      return notFound('execution', id);
    case 'open':
      return new ApiProblem('execution_open', 'Only an execution that ended can be retried: cancel it first.');
    case 'no_request':
      return new ApiProblem('no_request', 'What the execution ran on was deleted: it cannot be retried.');
    case 'no_version':
      return new ApiProblem('no_version', 'The workflow was archived or has only drafts: it runs nothing.');
    default:
      return kind satisfies never;
  }
}

function badNode(message: string): ApiProblem {
  return new ApiProblem('invalid_request', message, [{ pointer: '/from', code: 'invalid', message }]);
}
