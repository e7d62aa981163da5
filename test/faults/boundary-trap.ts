/** Ends a worker process at once. */
export type Kill = () => void;

/**
 * Watches what one execution makes its worker say to Postgres and to the witness, names each boundary (`before claim 1`:
 * a statement that is about to reach Postgres; `after claim 1`: it was done, and the worker does not know yet), and
 * kills the worker at the chosen one.
 */
export class BoundaryTrap {
  /** Boundaries in the order in which they were reached, up to the kill. */
  readonly reached: string[] = [];
  killed = false;
  private readonly point: string | null;
  private readonly identified: Promise<string>;
  private identify!: (executionId: string) => void;
  private executionId: string | null = null;
  private lastKill: Kill | null = null;

  /** @param point the boundary to kill at; null to only watch */
  constructor(point: string | null) {
    this.point = point;
    this.identified = new Promise((resolve) => (this.identify = resolve));
  }

  /** The answer named the execution; statements were held back until now, for they might have been about it. */
  known(executionId: string): void {
    this.executionId = executionId;
    this.identify(executionId);
  }

  /** Whether bytes on their way to Postgres name the execution; waits until it is known. */
  async concerns(bytes: Buffer): Promise<boolean> {
    return bytes.includes(this.executionId ?? (await this.identified));
  }

  isOf(executionId: string): boolean {
    return this.executionId === executionId;
  }

  /**
   * @param kill ends the worker that got there; without it, the one that was there last
   * @returns true when it was killed here: nothing may be passed on
   */
  reach(boundary: string, kill: Kill | null = this.lastKill): boolean {
    if (this.killed) return false;
    this.lastKill = kill;
    const times = this.reached.filter((earlier) => earlier.startsWith(`${boundary} `)).length;
    const label = `${boundary} ${times + 1}`;
    this.reached.push(label);
    if (label !== this.point) return false;
    this.killed = true;
    kill?.();
    return true;
  }
}
