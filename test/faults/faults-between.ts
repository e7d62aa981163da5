import type { InflictedFault } from './inflict.js';

/** A mended part needs a moment until everybody has connected again. Milliseconds. */
const AFTERMATH = 3_000;

/** The faults that were under way at some moment between `from` and `to` (epoch milliseconds). */
export function faultsBetween(faults: readonly InflictedFault[], from: number, to: number): InflictedFault[] {
  return faults.filter(({ startedAt, endedAt }) => startedAt <= to && endedAt + AFTERMATH >= from);
}
