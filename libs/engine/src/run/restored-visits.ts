import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { nodeTypeOf } from './node-type-of.js';

/** Recorded visits by node key, each list in the order of the visits. */
export type RestoredVisits = ReadonlyMap<string, readonly NodeRunRecord[]>;

/**
 * Indexes what earlier attempts recorded; null when that is nothing, so that a fresh run pays nothing. A retry may run on
 * another version: a record whose key now belongs to a node of another type, or to none, says nothing about it.
 */
export function indexRestoredVisits(
  runs: readonly NodeRunRecord[] | undefined,
  workflow: CompiledWorkflow,
): RestoredVisits | null {
  if (runs === undefined || runs.length === 0) return null;
  const visits = new Map<string, NodeRunRecord[]>();
  for (const run of runs) {
    if (nodeTypeOf(workflow, run.nodeKey) !== run.type) continue;
    const known = visits.get(run.nodeKey);
    if (known === undefined) visits.set(run.nodeKey, [run]);
    else known.push(run);
  }
  return visits;
}
