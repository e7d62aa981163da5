/** A wake-up that is not lost when it comes while nobody sleeps. */
export class WakeUp {
  private called = false;
  private wake: (() => void) | null = null;

  call(): void {
    this.called = true;
    this.wake?.();
  }

  /** Sleeps until the call, or `milliseconds`, or until `signal` is aborted. */
  async orAfter(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.called && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        signal.addEventListener('abort', done);
        this.wake = done;
      });
    }
    this.called = false;
    this.wake = null;
  }
}
