import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest that a loop without waits keeps timers, leases and other executions of its process waiting. Milliseconds. */
const LONGEST_TURN = 10;

/** Lets the process do something else now and then: rounds that wait for nothing would never leave the microtasks. */
export class BreathingSpace {
  private since = performance.now();

  /** Undefined while there is no need. */
  take(): Promise<void> | undefined {
    if (performance.now() - this.since < LONGEST_TURN) return undefined;
    return nextTurn().then(() => {
      this.since = performance.now();
    });
  }
}
