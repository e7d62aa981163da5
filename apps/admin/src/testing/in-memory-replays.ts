import { newId } from '#shared';
import {
  filterJson,
  type ExecutionDetail,
  type ReplayableRequest,
  type ReplayDetail,
  type ReplayStore,
} from '#storage';
import { pageOf } from './page-of.js';

export interface InMemoryReplays extends ReplayStore {
  /** Specs put requests in; one without a candidate is not replayable. */
  candidates: Map<string, ReplayableRequest | 'not_replayable'>;
  rows: ReplayDetail[];
}

/** Replays as they are asked for; nothing carries them on. */
export function inMemoryReplays(
  start: (execution: Partial<ExecutionDetail> & { id: string }) => unknown,
): InMemoryReplays {
  const keys = new Map<string, ReplayDetail>();
  const candidates: InMemoryReplays['candidates'] = new Map();
  const rows: ReplayDetail[] = [];
  return {
    candidates,
    rows,
    count: async () => candidates.size,
    create: async (replay) => {
      const known = replay.idempotencyKey === null ? undefined : keys.get(replay.idempotencyKey);
      if (known) return { replay: known, isNew: false };
      const { id, kind, rate, createdBy } = replay;
      const choice =
        replay.kind === 'executions'
          ? { fromNode: replay.fromNode, version: replay.version }
          : { fromNode: null, version: 'current' as const };
      const row: ReplayDetail = {
        ...{ id, kind, rate, createdBy, filter: filterJson(replay.filter), total: candidates.size, ...choice },
        ...{ status: 'queued', started: 0, filtered: 0, refused: 0, gone: 0, skipped: 0, reasons: [] },
        ...{ createdAt: new Date(), startedAt: null, endedAt: null, error: null },
      };
      rows.unshift(row);
      if (replay.idempotencyKey !== null) keys.set(replay.idempotencyKey, row);
      return { replay: row, isNew: true };
    },
    list: async (limit, cursor) => pageOf(rows, limit, cursor, ({ id }) => id),
    find: async (id) => rows.find((row) => row.id === id) ?? null,
    cancel: async (id) => {
      const row = rows.find((one) => one.id === id);
      if (!row) return 'unknown';
      if (row.endedAt !== null) return 'ended';
      Object.assign(row, { status: 'canceled', endedAt: new Date() });
      return 'canceled';
    },
    findReplayable: async (id) => candidates.get(id) ?? 'unknown',
    startOne: async ({ request, workflowKey, versionId, mode }) => {
      const id = newId();
      start({ id, workflowKey, versionId: versionId!, requestId: request.id, request, replayId: newId() });
      return { id, attempt: 0, mode, dedupId: null, chunkId: null };
    },
    pump: async () => {
      throw new Error('Admin carries no replay on.');
    },
  };
}
