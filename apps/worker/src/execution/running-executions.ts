import { LostClaim } from '#engine';
import type { ExecutionStore } from '#storage';

/** How soon a run hears that it was canceled, or that somebody else has its execution. Milliseconds. */
const LOOK_EVERY = 1_000;

export interface ClaimedExecution {
  executionId: string;
  leaseId: number;
  /** Of its run. */
  abort: AbortController;
}

/**
 * The executions that this worker claimed and still runs. As long as there are any it asks once a second which of them
 * are still its own, and stops the others, which write nothing any more.
 */
export class RunningExecutions {
  private readonly claimed = new Set<ClaimedExecution>();
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  /** `onFault` hears of a look that failed; the next one is made all the same. */
  constructor(
    private readonly executions: Pick<ExecutionStore, 'findHeld'>,
    private readonly onFault: (error: unknown) => void,
  ) {}

  add(execution: ClaimedExecution): void {
    this.claimed.add(execution);
    this.schedule();
  }

  remove(execution: ClaimedExecution): void {
    this.claimed.delete(execution);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  /** One look at all of them. Rejects when the database could not be asked. */
  async look(): Promise<void> {
    const byLease = Map.groupBy(this.claimed, (execution) => execution.leaseId);
    for (const [leaseId, executions] of byLease) {
      const held = await this.executions.findHeld(
        leaseId,
        executions.map((execution) => execution.executionId),
      );
      for (const { executionId, abort } of executions) if (!held.has(executionId)) abort.abort(new LostClaim());
    }
  }

  private schedule(): void {
    if (this.timer || this.stopped || this.claimed.size === 0) return;
    this.timer = setTimeout(() => {
      void this.look()
        .catch(this.onFault)
        .finally(() => {
          this.timer = null;
          this.schedule();
        });
    }, LOOK_EVERY).unref();
  }
}
