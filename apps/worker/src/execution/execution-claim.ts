import { LostClaim, type Journal, type NodeRunRecord } from '#engine';
import type { ExecutionStore, OutcomeToRecord, RunnableExecution } from '#storage';

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
    private readonly store: Pick<ExecutionStore, 'claim' | 'journal'>,
  ) {}

  /** True when this worker owns the execution; asked once, remembered. */
  claim(): Promise<boolean> {
    this.claiming ??= this.store.claim(this.execution.id, this.execution.attempt, this.lease.id);
    return this.claiming;
  }

  async beforeEffect(intent: NodeRunRecord, completed: readonly NodeRunRecord[]): Promise<void> {
    if (!this.lease.isHeld() || !(await this.claim())) throw new LostClaim();
    const owned = { executionId: this.execution.id, attempt: this.execution.attempt + 1, leaseId: this.lease.id };
    const written = await this.store.journal(owned, this.entries, [...completed, intent]);
    if (!written || !this.lease.isHeld()) throw new LostClaim();
    this.entries += 1;
  }

  /** What the row must look like for this worker's outcome to be written. Waits for a claim under way. */
  async expected(): Promise<OutcomeToRecord['expected']> {
    if (!this.claiming) return { status: 'queued', attempt: this.execution.attempt, leaseId: null };
    if (!(await this.claiming)) throw new LostClaim();
    return { status: 'started', attempt: this.execution.attempt + 1, leaseId: this.lease.id };
  }
}
