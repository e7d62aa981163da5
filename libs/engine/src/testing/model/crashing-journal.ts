import type { NodeRunRecord } from '../../contract/node-run.js';
import { LostClaim, type Journal } from '../../contract/ports.js';

/** A worker dies at this entry of its run (0 is the first): before it is committed, or right after. */
export interface Crash {
  entry: number;
  committed: boolean;
}

export interface CrashingJournal extends Journal {
  readonly hasDied: boolean;
  /** Of the last suspension. */
  readonly resumeAt: Date | null;
}

/** A journal that adds to `committed`, as storage would. After a crash everything it is asked for meets LostClaim. */
export function crashingJournal(committed: NodeRunRecord[], crash: Crash | null): CrashingJournal {
  let entries = 0;
  const state = { hasDied: false, resumeAt: null as Date | null };
  const keep = (runs: readonly NodeRunRecord[]): void => {
    const isLast = crash?.entry === entries;
    entries += 1;
    if (!state.hasDied && (!isLast || crash.committed)) committed.push(...structuredClone(runs));
    if (isLast) state.hasDied = true;
    if (state.hasDied) throw new LostClaim();
  };
  return {
    get hasDied() {
      return state.hasDied;
    },
    get resumeAt() {
      return state.resumeAt;
    },
    beforeEffect: async (runs) => keep(runs),
    flush: async (runs) => keep(runs),
    suspend: async (runs, resumeAt) => {
      keep(runs);
      state.resumeAt = resumeAt;
    },
    write: () => Promise.reject(new Error('the model writes nothing')),
  };
}
