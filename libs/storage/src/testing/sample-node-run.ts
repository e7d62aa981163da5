import type { NodeRunRecord } from '#engine';
import { newId } from '#shared';

/** A settled visit of a script node, with a new id. */
export function sampleNodeRun(changes: Partial<NodeRunRecord> = {}): NodeRunRecord {
  return {
    id: newId(),
    nodeKey: 'a',
    type: 'script',
    status: 'resolved',
    input: null,
    result: null,
    error: null,
    log: null,
    startedAt: '2026-11-22T00:00:00.000Z',
    endedAt: null,
    ...changes,
  };
}
