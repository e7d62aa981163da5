/** Ends a worker process at once. */
export type Kill = () => void;

/** Whose a statement is, as it is written before its name: the execution itself, or one that it started. */
export type Owner = '' | 'child ';

/**
 * Watches what one execution, with its children, makes its worker say to Postgres and to the world outside, names each
 * boundary (`before claim 1`: a statement that is about to reach Postgres; `after claim 1`: it was committed, and the
 * worker does not know yet), and kills the worker at the chosen one.
 */
export class BoundaryTrap {
  /** Boundaries in the order in which they were reached, up to the kill. */
  readonly reached: string[] = [];
  killed = false;
  private readonly point: string | null;
  private readonly identified: Promise<void>;
  private identify!: () => void;
  /** The execution comes first: what it says may name its children too. */
  private readonly owners = new Map<string, Owner>();
  private lastKill: Kill | null = null;

  /** @param point the boundary to kill at; null to only watch */
  constructor(point: string | null) {
    this.point = point;
    this.identified = new Promise((resolve) => (this.identify = resolve));
  }

  /** The answer named the execution; statements were held back until now, for they might have been about it. */
  known(executionId: string): void {
    this.owners.set(executionId, '');
    this.identify();
  }

  /** The execution is starting another one. */
  adopt(executionId: string): void {
    this.owners.set(executionId, 'child ');
  }

  /** Whose bytes on their way to Postgres are, null for somebody else's; waits until the execution is known. */
  async concerns(bytes: Buffer): Promise<Owner | null> {
    await this.identified;
    return this.ownerOf(bytes);
  }

  /** Whose bytes are, as far as is known. */
  ownerOf(bytes: Buffer | string): Owner | null {
    for (const [id, owner] of this.owners) if (bytes.includes(id)) return owner;
    return null;
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
