/** Lets one line per subject through in a while, so that a hostile sender cannot flood the log. */
export class OncePer {
  private readonly last = new Map<string, number>();

  /** @param ms least time between two lines about one subject */
  constructor(
    private readonly ms: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  allows(subject: string): boolean {
    const at = this.now();
    const before = this.last.get(subject);
    if (before !== undefined && at - before < this.ms) return false;
    if (this.last.size >= 1_000) this.last.clear();
    this.last.set(subject, at);
    return true;
  }
}
