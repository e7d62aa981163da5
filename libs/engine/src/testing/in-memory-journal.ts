import type { Json } from '#shared';
import type { NodeRunRecord } from '../contract/node-run.js';
import { LostClaim, type Journal } from '../contract/ports.js';
import type { Write } from '../contract/write.js';

/** One entry: what was recorded, the visit that acts, waits or wrote last. */
export interface JournalEntry {
  runs: readonly NodeRunRecord[];
  /** When the execution that waits goes on, null when somebody else wakes it; absent when it does not wait. */
  resumeAt?: Date | null;
  /** Committed with the entry. */
  write?: Write;
}

export interface InMemoryJournal extends Journal {
  readonly entries: readonly JournalEntry[];
}

export interface InMemoryJournalOptions {
  /** The entry of this number (0 is the first) meets LostClaim. */
  loseClaimAt?: number;
  /** What a write gives; it may throw. Null when left out. */
  apply?: (write: Write) => Json;
}

/** A journal that keeps its entries. */
export function inMemoryJournal(options: InMemoryJournalOptions = {}): InMemoryJournal {
  const entries: JournalEntry[] = [];
  const keep = (entry: JournalEntry): void => {
    if (entries.length === options.loseClaimAt) throw new LostClaim();
    entries.push(structuredClone(entry));
  };
  return {
    entries,
    beforeEffect: async (runs) => keep({ runs }),
    flush: async (runs) => keep({ runs }),
    suspend: async (runs, resumeAt) => keep({ runs, resumeAt }),
    write: async (write, _visit, finish) => keep({ runs: finish(options.apply?.(write) ?? null), write }),
  };
}

/** What these entries leave for the next worker, see {@link latestRuns}. */
export function committedRuns(entries: readonly JournalEntry[]): NodeRunRecord[] {
  return latestRuns(entries.flatMap(({ runs }) => runs));
}

/** As storage gives them: the latest record of each visit, in the order of the visits, after a journey through JSON. */
export function latestRuns(records: readonly NodeRunRecord[]): NodeRunRecord[] {
  const latest = new Map(records.map((record) => [record.id, record]));
  return JSON.parse(JSON.stringify([...latest.values()])) as NodeRunRecord[];
}
