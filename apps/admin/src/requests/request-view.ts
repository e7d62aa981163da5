import { isUtf8 } from 'node:buffer';
import type { ParsedContent } from '#engine';
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
  /** What was parsed where that is not the body itself: decoded or decrypted. Null when it is. */
  content: ContentView | null;
}

export interface ContentView {
  body: string | null;
  bodyEncoding: 'utf8' | 'base64' | null;
  bytes: number;
  /** What it was parsed as; null when the header says it. */
  contentType: string | null;
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
  const { headers, rawHeaders, body } = detail;
  return { ...requestRecord(detail), headers, rawHeaders, ...bodyView(body), content: contentView(detail.content) };
}

function contentView(content: ParsedContent | null): ContentView | null {
  if (content === null) return null;
  return { ...bodyView(content.body), bytes: content.body.length, contentType: content.contentType };
}

function bodyView(body: Buffer | null): Pick<RequestView, 'body' | 'bodyEncoding'> {
  if (body === null || body.length > BODY_SHOWN_BYTES) return { body: null, bodyEncoding: null };
  const bodyEncoding = isUtf8(body) ? 'utf8' : 'base64';
  return { body: body.toString(bodyEncoding), bodyEncoding };
}
