/** Requests in progress and sync callers that wait, so that a drain can end the waits and see the last one leave. */
export class Waiters {
  private readonly releases = new Set<() => void>();
  private inFlight = 0;
  private released = false;
  private idle: (() => void)[] = [];

  /** Counts a request in; call the result once when it was answered. */
  enter(): () => void {
    this.inFlight += 1;
    return () => {
      this.inFlight -= 1;
      if (this.inFlight === 0) for (const resolve of this.idle.splice(0)) resolve();
    };
  }

  /** Calls `release` when waiting has to end, at once when it already has; the result takes it back. */
  onRelease(release: () => void): () => void {
    if (this.released) {
      release();
      return () => undefined;
    }
    this.releases.add(release);
    return () => this.releases.delete(release);
  }

  /** Ends every wait, now and to come. */
  releaseAll(): void {
    this.released = true;
    for (const release of this.releases) release();
    this.releases.clear();
  }

  /** Resolves when no request is in progress. */
  async whenIdle(): Promise<void> {
    if (this.inFlight > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }
}
