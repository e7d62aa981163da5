import { LostClaim } from '#engine';
import { StorageUnavailable, type LeaseStore } from '#storage';
import type { HeldLease } from './execution-claim.js';

/** A lease is renewed this many times within its life, so that one lost renewal does not lose it. */
const RENEWALS_PER_TTL = 3;

/**
 * One lease per worker process, on the database's clock. While it lasts nobody recovers this worker's executions; when
 * it could not be renewed the worker stops before its next effect and opens a new one.
 */
export class WorkerLease {
  private current: { id: number; validUntil: number; abort: AbortController } | null = null;
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
    this.schedule();
  }

  /** True while executions may be claimed and effects begun under the current lease. */
  isHeld(): boolean {
    return this.current !== null && performance.now() < this.current.validUntil;
  }

  /** The lease as it is now, for one execution: a later lease does not revive it. `signal` aborts when it is lost. */
  hold(): HeldLease & { signal: AbortSignal } {
    const held = this.current;
    if (!held) throw new StorageUnavailable('The worker holds no lease: it stops, or the database is away.');
    return {
      id: held.id,
      isHeld: () => this.current === held && performance.now() < held.validUntil,
      signal: held.abort.signal,
    };
  }

  /** Ends the runs that still go on without an outcome: other workers recover them, the lease being gone. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    const held = this.current;
    this.current = null;
    held?.abort.abort(new LostClaim());
    if (held) await this.store.release(held.id).catch(this.onFault);
  }

  private async open(): Promise<void> {
    const asked = performance.now();
    const id = await this.store.open(this.owner, this.ttlMs);
    this.current = { id, validUntil: asked + this.ttlMs, abort: new AbortController() };
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.renew().finally(() => this.schedule()), this.ttlMs / RENEWALS_PER_TTL);
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    const held = this.current;
    try {
      if (held) {
        // Counted from before the call: the database may have renewed it any time after.
        const asked = performance.now();
        // One that ran out is never revived: what was claimed under it is left to recovery.
        if (asked < held.validUntil && (await this.store.renew(held.id, this.ttlMs))) {
          held.validUntil = asked + this.ttlMs;
          return;
        }
        held.abort.abort(new LostClaim());
        this.current = null;
      }
      if (!this.stopped) await this.open();
    } catch (error) {
      this.onFault(error);
    }
  }
}
