/** When the requests of an open loop are due, `ratePerSecond` a second, evenly spread. */
export interface DueRequests {
  /** When the next one is due, in the clock of `startAt`; null when the last one has been taken. */
  next(): number | null;
  /** Takes the next one: its number from 0, and when it was due. */
  take(): { n: number; dueAt: number };
}

export function createDueRequests(ratePerSecond: number, seconds: number, startAt: number): DueRequests {
  const total = Math.round(ratePerSecond * seconds);
  let taken = 0;
  const dueAt = (n: number) => startAt + (n * 1000) / ratePerSecond;
  return {
    next: () => (taken < total ? dueAt(taken) : null),
    take: () => ({ n: taken, dueAt: dueAt(taken++) }),
  };
}
