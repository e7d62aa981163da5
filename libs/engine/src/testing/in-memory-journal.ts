import type { NodeRunRecord } from '../contract/node-run.js';
import { LostClaim, type Journal } from '../contract/ports.js';

/** One entry: the intent of an effect and what was completed since the entry before. */
export interface JournalEntry {
  intent: NodeRunRecord;
  completed: readonly NodeRunRecord[];
}

/** A journal that keeps its entries; with `loseClaimAt` the entry of that number (0 is the first) meets LostClaim. */
export function inMemoryJournal(
  options: { loseClaimAt?: number } = {},
): Journal & { entries: readonly JournalEntry[] } {
  const entries: JournalEntry[] = [];
  return {
    entries,
    beforeEffect: async (intent, completed) => {
      if (entries.length === options.loseClaimAt) throw new LostClaim();
      entries.push(structuredClone({ intent, completed }));
    },
  };
}
