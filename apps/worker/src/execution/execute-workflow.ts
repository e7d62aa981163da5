import type { Logger } from '#shared';
import { attributes, currentTraceparent, inSpan, type Settings } from '#shared';
import {
  parseLimits,
  isEnding,
  LostClaim,
  type CompiledWorkflow,
  type EnginePorts,
  type ExecutionOutcome,
  type RunResult,
} from '#engine';
import type { JobMember, JobProducer, ReplyChannel } from '#queue';
import {
  StorageUnavailable,
  type DispatchStore,
  type ExecutionStore,
  type QueuedExecution,
  type RunnableExecution,
  type StartedExecution,
} from '#storage';
import type { Environment } from '../ports/environment.js';
import { abortAfter } from './abort-after.js';
import { ExecutionClaim, type HeldLease } from './execution-claim.js';
import type { RunningExecutions } from './running-executions.js';
import { deriveInput } from './steps/derive-input.js';
import { handBack } from './steps/hand-back.js';
import type { VersionCache } from './steps/load-version.js';
import { recordWhileHeld } from './steps/record-outcome.js';
import { runTree } from './steps/run-tree.js';
import { sendReply } from './steps/send-reply.js';
import { SuspectTurn } from './suspect-turn.js';
import type { WorkerLease } from './worker-lease.js';

export interface ExecuteWorkflowParts {
  executions: ExecutionStore;
  dispatch: Pick<DispatchStore, 'resumeWoken'>;
  versions: Pick<VersionCache, 'load'>;
  environment: Pick<Environment, 'valuesFor'>;
  replies: Pick<ReplyChannel, 'publish'>;
  producer: Pick<JobProducer, 'enqueue'>;
  lease: Pick<WorkerLease, 'hold'>;
  running: Pick<RunningExecutions, 'add' | 'remove'>;
  ports: Omit<EnginePorts, 'journal'>;
  settings: Pick<Settings, 'JSON_LIMITS' | 'MULTIPART_LIMITS' | 'XML_LIMITS' | 'RESULT_LIMITS' | 'SCRIPT_LIMITS'>;
  logger: Logger;
}

/** How the queue handed an execution out, and what it wants to hear. */
export interface Handover {
  /**
   * The queue handed it out before, and nobody settled it: it is then claimed, its attempt counted, before it runs, so
   * that one that kills its worker cannot do so for ever.
   */
  redelivered: boolean;
  /** Called once it is claimed: Postgres then says who runs it, and the queue is not needed for it any more. */
  claimed: () => void;
}

/** One run of one execution in this worker. */
interface Run {
  execution: RunnableExecution;
  workflow: CompiledWorkflow;
  lease: HeldLease;
  claim: ExecutionClaim;
  abort: AbortController;
}

/** Node visits in one execution: 400 nodes times their loops' rounds end somewhere. */
const MAX_STEPS = 1_000_000;
/** Rounds of one loop (WORKFLOW_LIMITS of contract.md 11). */
const LOOP_ROUNDS = 100_000;
/** With so many lost workers an execution may be what kills them, and runs without other suspects beside it. */
const SUSPECT_AFTER = 2;

const TIMED_OUT = { status: 'aborted', reason: 'timeout' };

/** THE PATH of the worker: take the job, load the version, run the tree, record the outcome, send the reply. */
export class ExecuteWorkflow {
  private readonly suspects = new SuspectTurn();
  private yielding = false;
  private readonly shouldYield = () => this.yielding;

  constructor(private readonly parts: ExecuteWorkflowParts) {}

  /** From now on every run stops before its next node and is handed back to other workers. */
  yieldAll(): void {
    this.yielding = true;
  }

  /** @throws LostClaim, UnrunnableVersion, SuspectAhead, StorageUnavailable and whatever is a defect: `settleJob` decides */
  async run(member: JobMember, handover: Handover): Promise<void> {
    const execution = await this.parts.executions.loadRunnable(member.executionId);
    if (!execution) return;
    if (isEnding(execution.status)) return sendReply(this.parts.replies, execution);
    if (execution.status !== 'queued' || execution.attempt !== member.attempt) return;
    const { id, workflowKey, version, lostWorkers } = execution;
    const about = {
      [attributes.executionId]: id,
      [attributes.workflowKey]: workflowKey,
      [attributes.workflowVersion]: version,
    };
    const execute = () => this.execute(execution, handover);
    await inSpan('execution.run', { kind: 'internal', attributes: about }, async (span) => {
      const status = await (lostWorkers < SUSPECT_AFTER ? execute() : this.suspects.take(execute));
      span.setAttribute(attributes.executionStatus, status);
    });
  }

  private async execute(execution: RunnableExecution, { redelivered, claimed }: Handover): Promise<string> {
    const { executions, versions, running } = this.parts;
    // Before any claim: a version that this release cannot run must not count as a lost worker.
    const workflow = await versions.load(execution.versionId);
    const abort = new AbortController();
    const lease = this.parts.lease.hold(abort);
    const entry = { executionId: execution.id, leaseId: lease.id, abort };
    const onClaimed = () => {
      running.add(entry);
      claimed();
    };
    const timeoutMs = workflow.options.timeout || null;
    const onStarted = (started: readonly StartedExecution[]) => void this.enqueueStarted(started);
    const claim = new ExecutionClaim(execution, lease, executions, { timeoutMs, onClaimed, onStarted });
    const limit = execution.expiresInMs ?? timeoutMs;
    const callOff = limit === null ? null : abortAfter(abort, limit, TIMED_OUT);
    try {
      if (isClaimedFirst(execution, redelivered) && !(await claim.claim())) return 'lost';
      return await this.runAndSettle({ execution, workflow, lease, claim, abort });
    } catch (error) {
      // A lost claim that is still to be abandoned was lost because the database was away.
      const isOutage = error instanceof LostClaim || error instanceof StorageUnavailable;
      await claim.abandon(isOutage ? 'outage' : 'fault');
      throw error;
    } finally {
      callOff?.();
      running.remove(entry);
      lease.letGo();
    }
  }

  private async runAndSettle(run: Run): Promise<string> {
    const { execution, workflow, claim, abort } = run;
    const { environment, ports, settings } = this.parts;
    const startedAt = new Date();
    const restored = execution.attempt > 0 ? await claim.restore() : [];
    const context = deriveInput(execution, workflow, parseLimits(settings));
    const result = await runTree(execution, workflow, context, claim, {
      ports,
      environment,
      limits: settings,
      maxSteps: MAX_STEPS,
      loopRounds: LOOP_ROUNDS,
      signal: abort.signal,
      restored,
      shouldYield: this.shouldYield,
    });
    const status = await this.settle(run, result, startedAt);
    this.log(execution, status, result.kind === 'ended' ? result.error?.code : undefined, startedAt);
    return status;
  }

  private async settle(run: Run, result: RunResult, startedAt: Date): Promise<string> {
    const { replies, producer, logger } = this.parts;
    switch (result.kind) {
      case 'ended':
        return this.end(run, result, startedAt);
      case 'suspended':
        await sendReply(replies, run.execution);
        // What it started may have ended before it let go: then nobody else resumes it at once.
        if (run.claim.hasStarted) await this.resume(run.execution.id);
        return 'suspended';
      case 'yielded':
        await handBack(run.execution, result.nodeRuns, run.claim, producer, logger);
        return 'handed_back';
      default:
        return result satisfies never;
    }
  }

  private async end(run: Run, outcome: ExecutionOutcome, startedAt: Date): Promise<string> {
    const { execution, workflow, lease, claim } = run;
    const expected = await claim.expected();
    const deleteOn = workflow.options.deleteExecutionOnStatus;
    const recording = { execution, expected, startedAt, endedAt: new Date(), deleteOn };
    const recorded = await recordWhileHeld(this.parts.executions, lease, recording, outcome);
    await sendReply(this.parts.replies, execution, recorded?.reply);
    if (execution.parentExecutionId !== null) await this.resume(execution.parentExecutionId);
    return recorded?.status ?? 'lost';
  }

  /** They are committed: when the queue does not take them now, the dispatcher finds them waiting. */
  private async enqueueStarted(started: readonly StartedExecution[]): Promise<void> {
    await Promise.all(
      started.map(({ id, mode }) => this.enqueue({ id, attempt: 0, mode, dedupId: null }, 'was started by a node')),
    );
  }

  /** It is woken already, by the statement that ended its child; this only saves it the wait for the dispatcher. */
  private async resume(executionId: string): Promise<void> {
    try {
      const woken = await this.parts.dispatch.resumeWoken(executionId);
      if (woken !== null) await this.enqueue(woken, 'can go on');
    } catch (error) {
      this.parts.logger.warn({ err: error, executionId }, 'an execution is not resumed at once');
    }
  }

  private async enqueue(execution: Omit<QueuedExecution, 'chunkId'>, what: string): Promise<void> {
    const { id, attempt, mode, dedupId } = execution;
    const traceparent = currentTraceparent();
    const job = { executionId: id, attempt, dedupId: dedupId?.toString('hex') ?? null, urgent: mode === 'sync' };
    await this.parts.producer.enqueue({ ...job, ...(traceparent ? { traceparent } : {}) }).catch((error: unknown) => {
      this.parts.logger.warn({ err: error, executionId: id }, `an execution that ${what} could not be enqueued`);
    });
  }

  private log(execution: RunnableExecution, status: string, error: string | undefined, startedAt: Date): void {
    this.parts.logger.info(
      {
        executionId: execution.id,
        workflow: execution.workflowKey,
        version: execution.version,
        status,
        ...(error ? { error } : {}),
        durationMs: Date.now() - startedAt.getTime(),
        waitedMs: startedAt.getTime() - execution.createdAt.getTime(),
      },
      'execution',
    );
  }
}

/** Where another run may have been before, its doings must be known, and this one's must be counted, before it runs. */
function isClaimedFirst(execution: RunnableExecution, redelivered: boolean): boolean {
  return redelivered || execution.attempt > 0 || execution.lostWorkers > 0;
}
