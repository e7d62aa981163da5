import { setTimeout as pause } from 'node:timers/promises';
import { LostClaim, type Journal, type NodeRunRecord, type Write } from '#engine';
import type { Json } from '#shared';
import {
  StorageUnavailable,
  type ExecutionHold,
  type ExecutionStore,
  type OutcomeToRecord,
  type RunnableExecution,
  type StartedExecution,
} from '#storage';

/** Pause between tries to let go while the database is away. Milliseconds. */
const ABANDON_AGAIN_AFTER = 500;

/** What a claim needs of the worker's lease. */
export interface HeldLease {
  readonly id: number;
  /** False once this worker can no longer be sure that nobody recovers its executions. */
  isHeld(): boolean;
}

export interface ClaimOptions {
  /** Time limit of the execution from its first claim, in milliseconds; null for none. */
  timeoutMs: number | null;
  /** Hears, at most once, that Postgres knows this worker to run the execution. */
  onClaimed: () => void;
  /** Hears of executions that a write of this one started, once they are committed. */
  onStarted?: (started: readonly StartedExecution[]) => void;
}

/**
 * One worker's hold on one execution. Nothing is claimed until the first effect, a suspension, a hand-back or a long
 * run needs it: an execution without effects is claimed and finished by one compare-and-set at its end, and running it
 * twice harms nobody.
 */
export class ExecutionClaim implements Journal {
  private claiming: Promise<boolean> | null = null;
  private nextSeq = 0;
  private hasLetGo = false;
  private startedOthers = false;

  constructor(
    private readonly execution: Pick<RunnableExecution, 'id' | 'attempt'>,
    private readonly lease: HeldLease,
    private readonly store: Pick<
      ExecutionStore,
      'claim' | 'loadJournal' | 'journal' | 'suspend' | 'write' | 'handBack' | 'abandon'
    >,
    private readonly options: ClaimOptions,
  ) {}

  /** True when this worker owns the execution; asked once, remembered. */
  claim(): Promise<boolean> {
    this.claiming ??= this.makeClaim();
    return this.claiming;
  }

  /**
   * What earlier attempts committed; this run's entries go on behind it. To be asked once it is claimed: before that,
   * whoever ran it last may still write.
   */
  async restore(): Promise<readonly NodeRunRecord[]> {
    const { runs, nextSeq } = await this.store.loadJournal(this.execution.id);
    this.nextSeq = nextSeq;
    return runs;
  }

  async beforeEffect(runs: readonly NodeRunRecord[]): Promise<void> {
    await this.flush(runs);
    if (!this.lease.isHeld()) throw new LostClaim();
  }

  async flush(runs: readonly NodeRunRecord[]): Promise<void> {
    await this.addOrStop((hold, seq) => this.store.journal(hold, seq, runs));
  }

  async suspend(runs: readonly NodeRunRecord[], resumeAt: Date | null): Promise<void> {
    await this.addOrStop((hold, seq) => this.store.suspend(hold, seq, runs, resumeAt));
    this.hasLetGo = true;
  }

  async write(
    write: Write,
    visit: Pick<NodeRunRecord, 'id' | 'nodeKey'>,
    finish: (result: Json) => readonly NodeRunRecord[],
  ): Promise<void> {
    let started: readonly StartedExecution[] = [];
    await this.addOrStop(async (hold, seq) => {
      const written = await this.store.write(hold, seq, { write, visit }, finish);
      started = written ?? [];
      return written !== null;
    });
    if (started.length === 0) return;
    this.startedOthers = true;
    this.options.onStarted?.(started);
  }

  /** True once a write of this run has started executions. */
  get hasStarted(): boolean {
    return this.startedOthers;
  }

  /**
   * Puts the execution back among the queued ones with what was completed here, for another worker. Gives the attempt
   * that its next job is for. @throws LostClaim, StorageUnavailable
   */
  async handBack(completed: readonly NodeRunRecord[]): Promise<number> {
    const written = await this.add((hold, seq) => this.store.handBack(hold, seq, completed));
    if (!written) throw new LostClaim();
    this.hasLetGo = true;
    return this.hold().attempt;
  }

  /**
   * Lets go of an execution whose run cannot go on here, as long as the lease lasts; after that recovery has it anyway.
   * Without this it would stay `started` for as long as this worker lives, for its lease goes on. Does nothing for one
   * that is not claimed here, is suspended or was handed back.
   * @param why an outage does not speak against the execution, anything else may
   */
  async abandon(why: 'fault' | 'outage'): Promise<void> {
    if (!this.claiming || this.hasLetGo) return;
    // A claim without an answer may have been made. One that was refused may be held by another run in this very worker.
    if (!(await this.claiming.catch(() => true))) return;
    while (this.lease.isHeld()) {
      try {
        return await this.store.abandon(this.hold(), why);
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
    const { attempt, leaseId } = this.hold();
    return { status: 'started', attempt, leaseId };
  }

  private async makeClaim(): Promise<boolean> {
    const { id, attempt } = this.execution;
    const isWon = await this.store.claim(id, attempt, this.lease.id, this.options.timeoutMs);
    if (isWon) this.options.onClaimed();
    return isWon;
  }

  /** @throws LostClaim also when the database is away: nothing was begun, and an event does not fail because of that */
  private async addOrStop(entry: (hold: ExecutionHold, seq: number) => Promise<boolean>): Promise<void> {
    const written = await this.add(entry).catch((error: unknown) => {
      if (error instanceof StorageUnavailable) throw new LostClaim();
      throw error;
    });
    if (!written) throw new LostClaim();
  }

  private async add(entry: (hold: ExecutionHold, seq: number) => Promise<boolean>): Promise<boolean> {
    if (!this.lease.isHeld() || !(await this.claim())) return false;
    return entry(this.hold(), this.nextSeq++);
  }

  private hold(): ExecutionHold {
    return { executionId: this.execution.id, attempt: this.execution.attempt + 1, leaseId: this.lease.id };
  }
}
