import { RejectedRow, type AcceptRequest } from '../contract.js';
import { jsonBytes } from '../connection/json-bytes.js';
import type { PayloadPacker } from '../connection/payload-packer.js';
import { storableOrNull, storableText } from '../connection/storable-text.js';

/** A request made ready for the batch: everything that can fail on its own has been done. */
export interface AcceptRow {
  /** Hex of the dedup id; null when it has none. */
  dedup: string | null;
  headers: Buffer;
  body: Buffer;
  content: Buffer | null;
  bytes: number;
  /** Milliseconds of `performance.now()`. */
  since: number;
  columns: Record<string, unknown>;
}

/** Throws {@link RejectedRow} when the request cannot be written down at all. */
export function toAcceptRow(accept: AcceptRequest, since: number): AcceptRow {
  const { request } = accept;
  if (Number.isNaN(request.receivedAt.getTime())) throw new RejectedRow('receivedAt is not a date.');
  const headers = jsonBytes(request.rawHeaders);
  const { body, content } = request;
  const parsed = content?.body ?? null;
  return {
    dedup: dedupOf(accept),
    headers,
    body,
    content: parsed,
    bytes: headers.length + body.length + (parsed?.length ?? 0),
    since,
    columns: columnsOf(accept),
  };
}

function dedupOf({ dedup }: AcceptRequest): string | null {
  return dedup && dedup.id.toString('hex');
}

function columnsOf(accept: AcceptRequest): Record<string, unknown> {
  const { request } = accept;
  const dedup = dedupOf(accept);
  return {
    id: request.id,
    received_at: request.receivedAt.toISOString(),
    workflow_id: accept.workflowId,
    version_id: accept.versionId,
    execution_id: accept.executionId,
    mode: accept.mode,
    http_status: accept.httpStatus,
    sha256: `\\x${accept.bodySha256.toString('hex')}`,
    dedup_id: dedup === null ? null : `\\x${dedup}`,
    window_ms: accept.dedup && Math.floor(accept.dedup.windowMs),
    reply_to: accept.replyTo === null ? null : storableText(accept.replyTo),
    method: storableText(request.method),
    url: storableText(request.url),
    ip: storableText(request.ip),
    delivery_id: storableOrNull(request.deliveryId),
    content_type: storableOrNull(request.content?.contentType),
    secret_name: storableOrNull(accept.secretName),
    latency_ms: accept.latencyMs,
  };
}

/** The JSON parameter of a batch; `n` is the row's place in it, `chunks` has the chunk id of each row. */
export function acceptParameters(
  rows: readonly AcceptRow[],
  packer: PayloadPacker,
  chunks: readonly (string | null)[],
): string {
  return JSON.stringify(
    rows.map((row, n) => {
      const headers = packer.add(row.headers);
      const body = packer.add(row.body);
      const content = packer.add(row.content);
      return {
        ...row.columns,
        n,
        chunk_id: chunks[n] ?? null,
        headers_at: headers.at,
        headers_length: headers.length,
        body_at: body.at,
        body_length: body.length,
        content_at: content.at,
        content_length: content.length,
      };
    }),
  );
}
