/** Time that stands still until it is moved, so that what happens when never depends on the machine. */
export interface VirtualClock {
  now(): Date;
  /** Resolves when the time has passed; rejects when the signal is aborted before. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Moves to the next wait that is over and ends it; false when nobody waits. */
  advance(): boolean;
  /** Moves to this time, if it is not past. */
  moveTo(time: Date): void;
  /** Forgets everybody who waits: their process is gone. */
  forget(): void;
}

interface Waiter {
  due: number;
  over(): void;
}

/** A clock that begins at 2026-01-02T03:04:05.678Z. */
export function virtualClock(): VirtualClock {
  let now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  let waiters: Waiter[] = [];
  return {
    now: () => new Date(now),
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(new Error('aborted'));
        const waiter = { due: now + ms, over: resolve };
        waiters.push(waiter);
        signal.addEventListener('abort', () => {
          waiters = waiters.filter((one) => one !== waiter);
          reject(new Error('aborted'));
        });
      }),
    advance() {
      const next = waiters.reduce<Waiter | null>((first, one) => (first && first.due <= one.due ? first : one), null);
      if (next === null) return false;
      waiters = waiters.filter((one) => one !== next);
      now = Math.max(now, next.due);
      next.over();
      return true;
    },
    moveTo: (time) => void (now = Math.max(now, time.getTime())),
    forget: () => void (waiters = []),
  };
}
