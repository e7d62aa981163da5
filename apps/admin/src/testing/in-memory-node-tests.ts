import type { NodeTestOutcome, NodeTestStore, NodeTestToCreate } from '#storage';

export interface NodeTestRow {
  test: NodeTestToCreate;
  taken: boolean;
  outcome: NodeTestOutcome | null;
}

/** Tests of nodes without a database; they never expire. */
export function inMemoryNodeTests(rows: Map<string, NodeTestRow>): NodeTestStore {
  return {
    create: async (test) => void rows.set(test.id, { test, taken: false, outcome: null }),
    take: async (id) => {
      const row = rows.get(id);
      if (!row || row.taken) return null;
      row.taken = true;
      return row.test;
    },
    finish: async (id, outcome) => {
      const row = rows.get(id);
      if (row) row.outcome = outcome;
    },
    find: async (id) => {
      const row = rows.get(id);
      if (!row) return null;
      if (row.outcome) return { kind: 'ended', outcome: row.outcome };
      return { kind: row.taken ? 'running' : 'waiting' };
    },
    delete: async (id) => void rows.delete(id),
  };
}
