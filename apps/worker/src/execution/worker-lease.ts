import { LostClaim } from '#engine';
import { StorageUnavailable, type LeaseStore } from '#storage';
import type { HeldLease } from './execution-claim.js';

/** A lease is renewed this many times within its life, so that one lost renewal does not lose it. */
const RENEWALS_PER_TTL = 3;
/** After a renewal without an answer the next one is tried sooner: the database may be back just in time. */
const TRIES_PER_TTL = 15;

/**
 * One lease per worker process, on the database's clock. While it lasts nobody recovers this worker's executions; when
 * it could not be renewed the worker stops before its next effect and opens a new one.
 */
export class WorkerLease {
  private current: { id: number; validUntil: number; runs: Set<AbortController> } | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly store: LeaseStore,
    private readonly owner: string,
    private readonly ttlMs: number,
    private readonly onFault: (error: unknown) => void,
  ) {}

  async start(): Promise<void> {
    await this.open();
    this.schedule(RENEWALS_PER_TTL);
  }

  /** True while executions may be claimed and effects begun under the current lease. */
  isHeld(): boolean {
    return this.current !== null && performance.now() < this.current.validUntil;
  }

  /**
   * The lease as it is now, for one execution: a later lease does not revive it. `run` is aborted with LostClaim when
   * it is lost before `letGo`.
   * @throws StorageUnavailable when there is no lease
   */
  hold(run: AbortController): HeldLease & { letGo(): void } {
    const held = this.current;
    if (!held) throw new StorageUnavailable('The worker holds no lease: it stops, or the database is away.');
    held.runs.add(run);
    return {
      id: held.id,
      isHeld: () => this.current === held && performance.now() < held.validUntil,
      letGo: () => void held.runs.delete(run),
    };
  }

  /** Ends the runs that still go on without an outcome: other workers recover them, the lease being gone. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    const held = this.current;
    this.lose();
    if (held) await this.store.release(held.id).catch(this.onFault);
  }

  private async open(): Promise<void> {
    const asked = performance.now();
    const id = await this.store.open(this.owner, this.ttlMs);
    this.current = { id, validUntil: asked + this.ttlMs, runs: new Set() };
  }

  private lose(): void {
    const runs = this.current?.runs ?? [];
    this.current = null;
    for (const run of runs) run.abort(new LostClaim());
  }

  private schedule(timesPerTtl: number): void {
    if (this.stopped) return;
    const renew = async () => this.schedule((await this.renew()) ? RENEWALS_PER_TTL : TRIES_PER_TTL);
    this.timer = setTimeout(() => void renew(), this.ttlMs / timesPerTtl);
    this.timer.unref();
  }

  /** False when the database gave no answer. Never rejects. */
  private async renew(): Promise<boolean> {
    const held = this.current;
    try {
      if (held) {
        // Counted from before the call: the database may have renewed it any time after.
        const asked = performance.now();
        const isRenewed = asked < held.validUntil && (await this.store.renew(held.id, this.ttlMs));
        // One that ran out is never revived, also not by an answer that came too late: runs that saw it run out have
        // stopped and left what they had claimed to recovery, which must find no lease.
        if (isRenewed && performance.now() < held.validUntil) {
          held.validUntil = asked + this.ttlMs;
          return true;
        }
        this.lose();
        await this.store.release(held.id);
      }
      if (!this.stopped) await this.open();
      return true;
    } catch (error) {
      this.onFault(error);
      return false;
    }
  }
}
