import type { NodeRunRecord } from '../contract/node-run.js';
import { visitName } from './frame.js';

/** What earlier attempts recorded, one record per visit. */
export class RestoredRuns {
  private readonly byVisit: ReadonlyMap<string, NodeRunRecord>;
  private byRounds: ReadonlyMap<string, readonly NodeRunRecord[]> | null = null;

  /** @param runs in the order in which they settled */
  constructor(runs: readonly NodeRunRecord[]) {
    this.byVisit = new Map(runs.map((run) => [visitName(run.nodeKey, run.rounds ?? []), run]));
  }

  of(nodeKey: string, rounds: readonly number[]): NodeRunRecord | undefined {
    return this.byVisit.get(visitName(nodeKey, rounds));
  }

  /** In the order in which they settled. */
  all(): Iterable<NodeRunRecord> {
    return this.byVisit.values();
  }

  /** Visits in these rounds or deeper, as {@link all}. A loop that is gone through again asks in each of its rounds. */
  within(rounds: readonly number[]): Iterable<NodeRunRecord> {
    if (rounds.length === 0) return this.all();
    this.byRounds ??= indexByRounds(this.all());
    return this.byRounds.get(rounds.join('.')) ?? [];
  }
}

function indexByRounds(runs: Iterable<NodeRunRecord>): Map<string, NodeRunRecord[]> {
  const index = new Map<string, NodeRunRecord[]>();
  for (const run of runs) {
    let name = '';
    for (const round of run.rounds ?? []) {
      name = name === '' ? String(round) : `${name}.${round}`;
      const known = index.get(name);
      if (known === undefined) index.set(name, [run]);
      else known.push(run);
    }
  }
  return index;
}
