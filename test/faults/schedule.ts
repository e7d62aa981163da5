import { seededRandom } from '../support/seeded-random.js';
import { shuffled } from '../support/shuffled.js';

export const FAULT_KINDS = [
  'kill-worker',
  'kill-gateway',
  'kill-redis',
  'kill-postgres',
  'pause-worker',
  'pause-redis',
  'pause-postgres',
  'no-workers',
  'stop-gateway',
  'stop-worker',
  'stop-admin',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault to come. */
export interface PlannedFault {
  kind: FaultKind;
  /** Milliseconds after the load began; a fault before it that takes longer pushes it back. */
  at: number;
  /** How long it lasts, in milliseconds, not counting the start of what was ended. */
  lasts: number;
  /** Which of two processes of a kind: 0 or 1. */
  which: number;
}

/** The longest fault and a restart fit between two; 11 of them into three minutes. Milliseconds. */
const SLOT = 15_000;
const JITTER = 3_000;
const PAUSE = 10_000;
const LONG_ABSENCE = 20_000;

/** Milliseconds by kind; everything else is back after one to three seconds. */
const LASTS: Partial<Record<FaultKind, number>> = {
  'pause-worker': PAUSE,
  'pause-redis': PAUSE,
  'pause-postgres': PAUSE,
  'no-workers': LONG_ABSENCE,
};

/**
 * Which faults come when, decided by the seed alone: rounds of every kind in an order of their own, as many as fit into
 * `minutes`, the first round in any case.
 */
export function planFaults(seed: number, minutes: number, kinds: readonly FaultKind[] = FAULT_KINDS): PlannedFault[] {
  const random = seededRandom(seed);
  const slots = Math.max(kinds.length, Math.floor((minutes * 60_000) / SLOT) - 1);
  const order: FaultKind[] = [];
  while (order.length < slots) order.push(...shuffled(kinds, random));
  return order.slice(0, slots).map((kind, slot) => ({
    kind,
    at: Math.round(slot * SLOT + 2_000 + random() * JITTER),
    lasts: LASTS[kind] ?? Math.round(1_000 + random() * 2_000),
    which: random() < 0.5 ? 0 : 1,
  }));
}
