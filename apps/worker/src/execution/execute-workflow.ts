import type { Logger } from '#shared';
import { attributes, inSpan, type Settings } from '#shared';
import { isEnding, type EnginePorts } from '#engine';
import type { ExecutionJobData, ReplyChannel } from '#queue';
import type { RunnableExecution, Storage } from '#storage';
import type { Environment } from '../ports/environment.js';
import { ExecutionClaim, type HeldLease } from './execution-claim.js';
import { deriveInput } from './steps/derive-input.js';
import type { VersionCache } from './steps/load-version.js';
import { recordWhileHeld } from './steps/record-outcome.js';
import { runTree } from './steps/run-tree.js';
import { sendReply } from './steps/send-reply.js';
import type { WorkerLease } from './worker-lease.js';

export interface ExecuteWorkflowParts {
  executions: Storage['executions'];
  versions: VersionCache;
  environment: Environment;
  replies: Pick<ReplyChannel, 'publish'>;
  lease: WorkerLease;
  ports: Omit<EnginePorts, 'journal'>;
  settings: Settings;
  logger: Logger;
}

/** Node visits in one execution: 400 nodes times their loops' rounds end somewhere. */
const MAX_STEPS = 1_000_000;

/** THE PATH of the worker: take the job, load the version, run the tree, record the outcome, send the reply. */
export class ExecuteWorkflow {
  constructor(private readonly parts: ExecuteWorkflowParts) {}

  /**
   * @param redelivered the queue handed this job out before, and nobody settled it: the execution is then claimed, its
   *   attempt counted, before it runs, so that one that kills its worker cannot do so for ever; one that the
   *   dispatcher recovered likewise
   * @throws LostClaim, UnrunnableVersion, StorageUnavailable and whatever is a defect: `settleJob` decides
   */
  async run(job: ExecutionJobData, redelivered: boolean): Promise<void> {
    const execution = await this.parts.executions.loadRunnable(job.executionId);
    if (!execution) return;
    if (isEnding(execution.status)) return sendReply(this.parts.replies, execution);
    if (execution.status !== 'queued' || execution.attempt !== job.attempt) return;
    const { id, workflowKey, version } = execution;
    const about = {
      [attributes.executionId]: id,
      [attributes.workflowKey]: workflowKey,
      [attributes.workflowVersion]: version,
    };
    await inSpan('execution.run', { kind: 'internal', attributes: about }, async (span) => {
      const status = await this.execute(execution, redelivered);
      span.setAttribute(attributes.executionStatus, status);
    });
  }

  private async execute(execution: RunnableExecution, redelivered: boolean): Promise<string> {
    const lease = this.parts.lease.hold();
    const claim = new ExecutionClaim(execution, lease, this.parts.executions);
    try {
      if ((redelivered || execution.attempt > 0) && !(await claim.claim())) return 'lost';
      return await this.runAndRecord(execution, lease, claim);
    } catch (error) {
      await claim.abandon();
      throw error;
    }
  }

  private async runAndRecord(
    execution: RunnableExecution,
    lease: HeldLease & { signal: AbortSignal },
    claim: ExecutionClaim,
  ): Promise<string> {
    const { executions, versions, environment, replies, ports, settings } = this.parts;
    const startedAt = new Date();
    const workflow = await versions.load(execution.versionId);
    const context = deriveInput(execution, workflow, {
      jsonDepth: settings.JSON_LIMITS.depth,
      jsonKeys: settings.JSON_LIMITS.keys,
    });
    const outcome = await runTree(execution, workflow, context, claim, {
      ports,
      environment,
      limits: settings,
      maxSteps: MAX_STEPS,
      signal: lease.signal,
    });
    const expected = await claim.expected();
    const endedAt = new Date();
    const recorded = await recordWhileHeld(executions, lease, { execution, expected, startedAt, endedAt }, outcome);
    await sendReply(replies, execution);
    this.log(
      execution,
      recorded ? outcome.status : 'lost',
      outcome.error?.code,
      endedAt.getTime() - startedAt.getTime(),
    );
    return recorded ? outcome.status : 'lost';
  }

  private log(execution: RunnableExecution, status: string, error: string | undefined, durationMs: number): void {
    this.parts.logger.info(
      {
        executionId: execution.id,
        workflow: execution.workflowKey,
        version: execution.version,
        status,
        ...(error ? { error } : {}),
        durationMs,
        waitedMs: Date.now() - durationMs - execution.createdAt.getTime(),
      },
      'execution',
    );
  }
}
