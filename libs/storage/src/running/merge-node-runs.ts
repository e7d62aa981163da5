import type { NodeRunRecord } from '#engine';

/** An intent and its result have one id: the later record stands, in the place of the first. */
export function mergeNodeRuns<R extends Pick<NodeRunRecord, 'id'>>(entries: readonly (readonly R[])[]): R[] {
  const merged = new Map<string, R>();
  for (const run of entries.flat()) merged.set(run.id, run);
  return [...merged.values()];
}
