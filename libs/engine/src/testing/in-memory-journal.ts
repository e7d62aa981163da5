import type { NodeRunRecord } from '../contract/node-run.js';
import { LostClaim, type Journal } from '../contract/ports.js';

/** One entry: the visit that is about to act or waits, and what was completed since the entry before. */
export interface JournalEntry {
  intent: NodeRunRecord;
  completed: readonly NodeRunRecord[];
  /** When the visit that waits goes on, null when somebody else wakes it; absent when it is about to act. */
  resumeAt?: Date | null;
}

export interface InMemoryJournal extends Journal {
  readonly entries: readonly JournalEntry[];
}

/** A journal that keeps its entries; with `loseClaimAt` the entry of that number (0 is the first) meets LostClaim. */
export function inMemoryJournal(options: { loseClaimAt?: number } = {}): InMemoryJournal {
  const entries: JournalEntry[] = [];
  const keep = (entry: JournalEntry): void => {
    if (entries.length === options.loseClaimAt) throw new LostClaim();
    entries.push(structuredClone(entry));
  };
  return {
    entries,
    beforeEffect: async (intent, completed) => keep({ intent, completed }),
    suspend: async (intent, completed, resumeAt) => keep({ intent, completed, resumeAt }),
  };
}

/** What these entries leave for the next worker, see {@link latestRuns}. */
export function committedRuns(entries: readonly JournalEntry[]): NodeRunRecord[] {
  return latestRuns(entries.flatMap(({ completed, intent }) => [...completed, intent]));
}

/** As storage gives them: the latest record of each visit, in the order of the visits, after a journey through JSON. */
export function latestRuns(records: readonly NodeRunRecord[]): NodeRunRecord[] {
  const latest = new Map(records.map((record) => [record.id, record]));
  return JSON.parse(JSON.stringify([...latest.values()])) as NodeRunRecord[];
}
