import { isUtf8 } from 'node:buffer';
import type { HeaderList } from '#shared';
import type { RequestDetail, RequestRecord } from '#storage';

/** Larger bodies are only given by /raw, so that one answer stays small. */
const BODY_SHOWN_BYTES = 256 * 1024;

export interface RequestView extends RequestRecord {
  headers: Record<string, string> | null;
  /** In the order and spelling received. */
  rawHeaders: HeaderList | null;
  body: string | null;
  bodyEncoding: 'utf8' | 'base64' | null;
}

/** The fields of a list item, and no others. */
export function requestRecord(record: RequestRecord): RequestRecord {
  const { id, receivedAt, workflowKey, verdict, gate, reason, httpStatus, method, url, ip } = record;
  const { deliveryId, bodyBytes, bodyDiffers, executionId, secretName, latencyMs } = record;
  return {
    ...{ id, receivedAt, workflowKey, verdict, gate, reason, httpStatus, method, url, ip },
    ...{ deliveryId, bodyBytes, bodyDiffers, executionId, secretName, latencyMs },
  };
}

/** Text when the bytes are UTF-8, else base64. */
export function requestView(detail: RequestDetail): RequestView {
  return { ...requestRecord(detail), headers: detail.headers, rawHeaders: detail.rawHeaders, ...bodyView(detail.body) };
}

function bodyView(body: Buffer | null): Pick<RequestView, 'body' | 'bodyEncoding'> {
  if (body === null || body.length > BODY_SHOWN_BYTES) return { body: null, bodyEncoding: null };
  const bodyEncoding = isUtf8(body) ? 'utf8' : 'base64';
  return { body: body.toString(bodyEncoding), bodyEncoding };
}
