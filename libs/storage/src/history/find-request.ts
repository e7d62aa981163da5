import type { Database } from '../connection/database.js';
import type { RequestDetail, RequestRecord } from '../contract.js';

export interface RequestRow {
  id: string;
  received_at: Date;
  workflow_key: string | null;
  verdict: RequestRecord['verdict'];
  gate: number | null;
  reason: string | null;
  http_status: number | null;
  method: string;
  url: string;
  ip: string;
  delivery_id: string | null;
  body_bytes: number | null;
  body_differs: boolean | null;
  execution_id: string | null;
}

/** Columns of a `RequestRow` over `requests r` and `workflows w`. The length of a body is known without reading it. */
export const REQUEST_COLUMNS = `r.id, r.received_at, w.key as workflow_key, r.verdict, r.gate, r.reason, r.http_status,
  r.method, r.url, r.ip, r.delivery_id, octet_length(r.body) as body_bytes, r.body_differs, r.execution_id`;

const FIND = {
  name: 'find-request',
  text: `select ${REQUEST_COLUMNS}, r.headers, r.body
    from requests r left join workflows w on w.id = r.workflow_id where r.id = $1`,
};

/** One request with headers and raw bytes; null when there is none. */
export async function findRequest(database: Database, id: string): Promise<RequestDetail | null> {
  const [row] = await database.query<RequestRow & Pick<RequestDetail, 'headers' | 'body'>>(FIND, [id]);
  return row === undefined ? null : { ...toRequestRecord(row), headers: row.headers, body: row.body };
}

export function toRequestRecord(row: RequestRow): RequestRecord {
  return {
    id: row.id,
    receivedAt: row.received_at,
    workflowKey: row.workflow_key,
    verdict: row.verdict,
    gate: row.gate,
    reason: row.reason,
    httpStatus: row.http_status,
    method: row.method,
    url: row.url,
    ip: row.ip,
    deliveryId: row.delivery_id,
    bodyBytes: row.body_bytes,
    bodyDiffers: row.body_differs,
    executionId: row.execution_id,
  };
}
