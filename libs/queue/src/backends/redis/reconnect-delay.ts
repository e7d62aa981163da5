const FIRST_MS = 50;
const LONGEST_MS = 1000;

/** Milliseconds before the nth attempt to reconnect: 50, 100, ... at most 1 s, so that an outage is over when it ends. */
export function reconnectDelay(attempt: number): number {
  return Math.min(attempt * FIRST_MS, LONGEST_MS);
}
