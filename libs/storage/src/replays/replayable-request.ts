import { toStoredRequest, type RequestColumns } from '../running/runnable-query.js';
import type { ReplayableRequest } from './contract.js';

/** A stored request beside what its workflow is now. */
export interface ReplayableRow extends RequestColumns {
  workflow_id: number;
  workflow_key: string;
  mode: 'async' | 'sync';
  enabled: boolean;
  version_id: number | null;
}

/** Columns of a `ReplayableRow` over `requests r` and `workflows w`. */
export const REPLAYABLE_COLUMNS = `r.id as request_id, r.received_at, r.method, r.url, r.ip, r.headers, r.body, r.content,
  r.content_type, r.delivery_id, w.id as workflow_id, w.key as workflow_key, w.mode, w.enabled,
  case when w.archived_at is null then w.current_version_id end as version_id`;

export function toReplayable(row: ReplayableRow): ReplayableRequest {
  return {
    request: toStoredRequest(row)!,
    workflowId: row.workflow_id,
    workflowKey: row.workflow_key,
    mode: row.mode,
    enabled: row.enabled,
    versionId: row.version_id,
  };
}
