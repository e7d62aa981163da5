import type { Database } from '../connection/database.js';
import { mergeNodeRuns } from './merge-node-runs.js';
import type { StoredNodeRun } from './seal-runs.js';

/** What lies in `node_runs` of one execution. */
export interface StoredRuns {
  /** One per visit, the latest record of each, in order of first appearance. */
  runs: StoredNodeRun[];
  /** Above every entry there is. */
  nextSeq: number;
}

const LOAD_RUNS = {
  name: 'load-runs',
  text: 'select seq, runs from node_runs where execution_id = $1 order by seq',
};

/** Reads all entries; true results behind masked ones stay encrypted. */
export async function loadRuns(database: Database, executionId: string): Promise<StoredRuns> {
  const entries = await database.query<{ seq: number; runs: StoredNodeRun[] }>(LOAD_RUNS, [executionId]);
  return {
    runs: mergeNodeRuns(entries.map((entry) => entry.runs)),
    nextSeq: (entries.at(-1)?.seq ?? -1) + 1,
  };
}
