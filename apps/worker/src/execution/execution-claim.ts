import { setTimeout as pause } from 'node:timers/promises';
import { LostClaim, type Journal, type NodeRunRecord } from '#engine';
import { StorageUnavailable, type ExecutionStore, type OutcomeToRecord, type RunnableExecution } from '#storage';

/** Pause between tries to let go while the database is away. Milliseconds. */
const ABANDON_AGAIN_AFTER = 500;

/** What a claim needs of the worker's lease. */
export interface HeldLease {
  readonly id: number;
  /** False once this worker can no longer be sure that nobody recovers its executions. */
  isHeld(): boolean;
}

/**
 * One worker's hold on one execution. Nothing is claimed until the first effect (or a long run) needs it: an execution
 * without effects is claimed and finished by one compare-and-set at its end, and running it twice harms nobody.
 */
export class ExecutionClaim implements Journal {
  private claiming: Promise<boolean> | null = null;
  private entries = 0;

  constructor(
    private readonly execution: Pick<RunnableExecution, 'id' | 'attempt'>,
    private readonly lease: HeldLease,
    private readonly store: Pick<ExecutionStore, 'claim' | 'journal' | 'abandon'>,
  ) {}

  /** True when this worker owns the execution; asked once, remembered. */
  claim(): Promise<boolean> {
    this.claiming ??= this.store.claim(this.execution.id, this.execution.attempt, this.lease.id);
    return this.claiming;
  }

  async beforeEffect(intent: NodeRunRecord, completed: readonly NodeRunRecord[]): Promise<void> {
    const written = await this.writeIntent([...completed, intent]).catch((error: unknown) => {
      // The effect is not begun: an event does not fail because the database was away for a moment.
      if (error instanceof StorageUnavailable) throw new LostClaim();
      throw error;
    });
    if (!written || !this.lease.isHeld()) throw new LostClaim();
    this.entries += 1;
  }

  /**
   * Lets go of an execution whose run cannot go on here, as long as the lease lasts; after that recovery has it anyway.
   * Without this it would stay `started` for as long as this worker lives, for its lease goes on.
   */
  async abandon(): Promise<void> {
    if (!this.claiming) return;
    await this.claiming.catch(() => undefined);
    while (this.lease.isHeld()) {
      try {
        return await this.store.abandon(this.owned());
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
        await pause(ABANDON_AGAIN_AFTER);
      }
    }
  }

  /** What the row must look like for this worker's outcome to be written. Waits for a claim under way. */
  async expected(): Promise<OutcomeToRecord['expected']> {
    if (!this.claiming) return { status: 'queued', attempt: this.execution.attempt, leaseId: null };
    if (!(await this.claiming)) throw new LostClaim();
    return { status: 'started', attempt: this.execution.attempt + 1, leaseId: this.lease.id };
  }

  private async writeIntent(runs: readonly NodeRunRecord[]): Promise<boolean> {
    if (!this.lease.isHeld() || !(await this.claim())) return false;
    return this.store.journal(this.owned(), this.entries, runs);
  }

  private owned() {
    return { executionId: this.execution.id, attempt: this.execution.attempt + 1, leaseId: this.lease.id };
  }
}
