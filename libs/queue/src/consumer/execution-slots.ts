/**
 * As many executions as may run at once in this process; whoever finds none free waits in line. Nobody waits while a
 * slot is free.
 */
export class ExecutionSlots {
  private taken = 0;
  private readonly line = new Set<{ start: () => void }>();
  private readonly idle: (() => void)[] = [];

  /** `onFreed` hears that a slot became free that nobody in line wanted. */
  constructor(
    private readonly total: number,
    private readonly onFreed: () => void,
  ) {}

  get running(): number {
    return this.taken;
  }

  get free(): number {
    return this.total - this.taken;
  }

  /**
   * Calls `start` with a slot taken, at once (null is returned) or when its turn comes; whoever was started calls
   * `release` once. The returned function leaves the line.
   */
  take(start: () => void): (() => void) | null {
    if (this.taken < this.total) {
      this.taken += 1;
      start();
      return null;
    }
    const entry = { start };
    this.line.add(entry);
    return () => void this.line.delete(entry);
  }

  /** Hands the slot to the next in line. */
  release(): void {
    const [next] = this.line;
    if (next) {
      this.line.delete(next);
      next.start();
      return;
    }
    this.taken -= 1;
    this.onFreed();
    if (this.taken === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Resolves when nothing runs. */
  async whenIdle(): Promise<void> {
    if (this.taken > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }
}
