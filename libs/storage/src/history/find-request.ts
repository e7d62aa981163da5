import { joinHeaders } from '#shared';
import type { Database } from '../connection/database.js';
import { toContent, type RequestColumns } from '../running/runnable-query.js';
import { toHeaderList } from '../running/stored-headers.js';
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
  secret_name: string | null;
  latency_ms: number | null;
}

// By its text: Postgres refuses to look into JSON with an escaped NUL or lone surrogate, which a reply's body may hold.
// Nothing else can match: quotes inside strings are escaped, and the values of headers are strings.
const REPLY_STATUS = `(select substring(x.reply::text from '"status":([0-9]{3})[,}]')::smallint
  from execution_results x where x.execution_id = r.execution_id limit 1)`;

/**
 * Columns of a `RequestRow` over `requests r` and `workflows w`. The length of a body is known without reading it;
 * replies are only looked up where the request's own row does not tell the status, as in sync mode.
 */
export const REQUEST_COLUMNS = `r.id, r.received_at, w.key as workflow_key, r.verdict, r.gate, r.reason,
  coalesce(r.http_status, ${REPLY_STATUS}) as http_status, r.method, r.url, r.ip, r.delivery_id,
  octet_length(r.body) as body_bytes, r.body_differs, r.execution_id,
  r.secret_name, r.latency_ms`;

type DetailRow = RequestRow & Pick<RequestColumns, 'headers' | 'body' | 'content' | 'content_type'>;

const FIND = {
  name: 'find-request',
  text: `select ${REQUEST_COLUMNS}, r.headers, r.body, r.content, r.content_type
    from requests r left join workflows w on w.id = r.workflow_id where r.id = $1`,
};

/** One request with headers and raw bytes; null when there is none. */
export async function findRequest(database: Database, id: string): Promise<RequestDetail | null> {
  const [row] = await database.query<DetailRow>(FIND, [id]);
  if (row === undefined) return null;
  const rawHeaders = row.headers && toHeaderList(row.headers);
  const headers = rawHeaders && joinHeaders(rawHeaders);
  return { ...toRequestRecord(row), rawHeaders, headers, body: row.body, content: toContent(row) };
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
    secretName: row.secret_name,
    latencyMs: row.latency_ms,
  };
}
