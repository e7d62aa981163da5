import type { ReplayDetail, ReplayRecord } from '#storage';

/** The fields of a list item, and no others. */
export function replayRecord(replay: ReplayRecord): ReplayRecord {
  const { id, kind, filter, fromNode, version, rate, status, total } = replay;
  const { started, filtered, refused, gone, skipped } = replay;
  const { createdAt, startedAt, endedAt, error, createdBy } = replay;
  return {
    ...{ id, kind, filter, fromNode, version, rate, status, total },
    ...{ started, filtered, refused, gone, skipped },
    ...{ createdAt, startedAt, endedAt, error, createdBy },
  };
}

export function replayDetail(replay: ReplayDetail): ReplayDetail {
  return { ...replayRecord(replay), reasons: replay.reasons };
}
