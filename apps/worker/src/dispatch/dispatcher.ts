import type { Logger } from '#shared';
import { jobIdOf, type ExecutionJob, type JobProducer, type ReplyChannel } from '#queue';
import type { DispatchStore, ExecutionStore, LostExecution, QueuedExecution } from '#storage';
import { parkExecution } from '../execution/park-execution.js';

/** Executions looked at in one pass: one round trip to Postgres, one to the queue. */
const PAGE = 1_000;
/** Pause between passes when there is nothing more to look at. Milliseconds. */
const PAUSE = 1_000;

/** Claims of one execution that may be lost before it is taken to be what kills its workers. */
const MOST_ATTEMPTS = 3;

export interface DispatcherParts {
  dispatch: DispatchStore;
  executions: Pick<ExecutionStore, 'recordOutcome'>;
  producer: Pick<JobProducer, 'enqueue' | 'findMissing'>;
  replies: Pick<ReplyChannel, 'publish'>;
  strandedAfterMs: number;
  leaseTtlMs: number;
  logger: Logger;
}

/**
 * Feeds the queue with what was committed but is not in it (the gateway died between the two, or the queue lost its
 * memory), and recovers executions whose worker vanished. Every worker runs one: a job added twice has one id.
 */
export class Dispatcher {
  private after: string | null = null;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly parts: DispatcherParts) {}

  start(): void {
    this.schedule(PAUSE);
  }

  /** Ends after the pass under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.pass()
        .catch((error: unknown) => {
          this.parts.logger.warn({ err: error }, 'the dispatcher could not look; it tries again');
          return false;
        })
        .then((more) => this.schedule(more ? 0 : PAUSE));
    }, delayMs);
  }

  /** One look at everything that is due; true when a page was full and the next one should follow at once. */
  async pass(): Promise<boolean> {
    await this.recoverLost();
    return this.enqueueStranded();
  }

  /**
   * Asks the queue which of the waiting executions it does not hold: a long backlog is waiting, not lost, and causes
   * no re-enqueue. The pages go round, so that everything waiting is looked at in turn.
   */
  private async enqueueStranded(): Promise<boolean> {
    const { dispatch, producer, strandedAfterMs, logger } = this.parts;
    const page = await dispatch.findQueued(strandedAfterMs, this.after, PAGE);
    this.after = page.length === PAGE ? page[page.length - 1]!.id : null;
    if (page.length === 0) return false;
    const jobs = new Map(page.map((execution) => [jobIdOf(toJob(execution)), toJob(execution)]));
    const missing = await producer.findMissing([...jobs.keys()]);
    await Promise.all(missing.map((id) => producer.enqueue(jobs.get(id)!)));
    if (missing.length > 0) logger.warn({ count: missing.length }, 'enqueued executions that the queue did not hold');
    return this.after !== null;
  }

  /**
   * An execution whose worker did not come back waits again when nothing of it can have happened outside, else it ends
   * and is never run again by itself. A full lease of grace lets workers renew first after a database outage.
   */
  private async recoverLost(): Promise<void> {
    const { dispatch, leaseTtlMs } = this.parts;
    for (const execution of await dispatch.findLost(leaseTtlMs, PAGE)) await this.recover(execution);
  }

  private async recover(execution: LostExecution): Promise<void> {
    const { dispatch, executions, replies, logger } = this.parts;
    const about = { executionId: execution.id, workflow: execution.workflowKey, attempt: execution.attempt };
    if (!execution.journaled && execution.attempt < MOST_ATTEMPTS) {
      if (await dispatch.requeueLost(execution)) logger.warn(about, 'execution lost its worker; it waits for another');
      return;
    }
    const error = execution.journaled
      ? { code: 'worker_lost', message: 'The worker vanished while it ran this execution, which may have acted.' }
      : { code: 'worker_lost', message: `${MOST_ATTEMPTS} workers vanished while they ran this execution.` };
    const status = execution.journaled ? 'retry_needed' : 'error';
    if (await parkExecution(executions, replies, execution, { status, reason: 'worker_lost', error }))
      logger.warn({ ...about, status }, 'execution lost its worker');
  }
}

function toJob(execution: QueuedExecution): ExecutionJob {
  return {
    executionId: execution.id,
    attempt: execution.attempt,
    dedupId: execution.dedupId?.toString('hex') ?? null,
    urgent: execution.mode === 'sync',
  };
}
