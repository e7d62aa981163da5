import type { Database } from '../connection/database.js';
import { isolateFaults } from '../connection/isolate-faults.js';
import { jsonBytes } from '../connection/json-bytes.js';
import { PayloadPacker, packedBytes, packedJson } from '../connection/payload-packer.js';
import { storableOrNull, storableText } from '../connection/storable-text.js';
import { RejectedRow, type CountedRefusal, type LoggedRequest, type RequestLog } from '../contract.js';
import { RefusalCounter } from './refusal-counter.js';

const BATCH_ROWS = 100;
const BATCH_BYTES = 1024 * 1024;

/** What may wait in memory while the database is slow or away; beyond it entries are only counted. */
const WAITING_ROWS = 10_000;
const WAITING_BYTES = 16 * 1024 * 1024;

const INSERT = {
  name: 'log-requests',
  text: `insert into requests
    (id, received_at, workflow_id, verdict, gate, reason, http_status, method, url, ip, delivery_id, body_sha256,
    headers, body, content, content_type, secret_name, latency_ms)
  select id, received_at, workflow_id, verdict, gate, reason, http_status, method, url, ip, delivery_id, sha256(coalesce(content, bytes)),
    headers, bytes, content, content_type, secret_name, latency_ms
  from (
    select x.*, ${packedBytes('$2', 'body')} as bytes, ${packedBytes('$2', 'content')} as content,
      ${packedJson('$2', 'headers')} as headers
    from json_to_recordset($1::json) as x (
      id uuid, received_at timestamptz, workflow_id int, verdict text, gate smallint, reason text, http_status smallint,
      method text, url text, ip text, delivery_id text, content_type text, secret_name text, latency_ms int,
      headers_at int, headers_length int, body_at int, body_length int, content_at int, content_length int
    )
  ) as entry`,
};

/**
 * Writes what starts nothing, off the hot path. Refusals above `refusalRate` a second are counted by minute, workflow,
 * gate and reason instead; filtered requests and handshakes are always written, unless the waiting room is full.
 */
export class BatchingRequestLog implements RequestLog {
  private waiting: LoggedRequest[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | null = null;
  private closed = false;
  private second = 0;
  private refusalsThisSecond = 0;
  private readonly counter: RefusalCounter;

  constructor(
    private readonly database: Database,
    private readonly refusalRate: number,
  ) {
    this.counter = new RefusalCounter(database);
  }

  write(entry: LoggedRequest): void {
    const bytes = bytesOf(entry);
    const full = this.waiting.length >= WAITING_ROWS || this.waitingBytes + bytes > WAITING_BYTES;
    if (this.closed || full || !this.withinRate(entry)) {
      this.count(toCounted(entry));
      return;
    }
    this.waiting.push(entry);
    this.waitingBytes += bytes;
    this.writing ??= this.drain();
  }

  count(entry: CountedRefusal): void {
    this.counter.count(entry);
  }

  /** Resolves when everything written so far is stored, or counted where it could not be. */
  async flush(): Promise<void> {
    while (this.writing !== null) await this.writing;
    await this.counter.flush();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
    this.counter.close();
  }

  private withinRate(entry: LoggedRequest): boolean {
    if (entry.verdict !== 'refused') return true;
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.refusalsThisSecond = 0;
    }
    this.refusalsThisSecond += 1;
    return this.refusalsThisSecond <= this.refusalRate;
  }

  /** One batch at a time: the log must never compete with accepting. */
  private async drain(): Promise<void> {
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.take();
      const results = await isolateFaults(batch, (part) => this.insert(part));
      results.forEach((result, index) => {
        if (!result.ok) this.count(toCounted(batch[index]!));
      });
    }
    this.writing = null;
  }

  private take(): LoggedRequest[] {
    let count = 0;
    let bytes = 0;
    for (const entry of this.waiting) {
      const size = bytesOf(entry);
      if (count > 0 && (count === BATCH_ROWS || bytes + size > BATCH_BYTES)) break;
      count += 1;
      bytes += size;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async insert(entries: readonly LoggedRequest[]): Promise<true[]> {
    const packer = new PayloadPacker();
    const rows = entries.map((entry) => toColumns(entry, packer));
    await this.database.query(INSERT, [JSON.stringify(rows), packer.toBuffer()]);
    return entries.map(() => true);
  }
}

function toCounted({ receivedAt, workflowId, gate, reason, verdict }: LoggedRequest): CountedRefusal {
  return { receivedAt, workflowId, gate, reason: reason ?? verdict };
}

function bytesOf({ body, content }: LoggedRequest): number {
  return (body?.length ?? 0) + (content?.body.length ?? 0);
}

function toColumns(entry: LoggedRequest, packer: PayloadPacker): Record<string, unknown> {
  if (Number.isNaN(entry.receivedAt.getTime())) throw new RejectedRow('receivedAt is not a date.');
  const headers = packer.add(entry.rawHeaders === null ? null : jsonBytes(entry.rawHeaders));
  const body = packer.add(entry.body);
  const content = packer.add(entry.content?.body ?? null);
  return {
    id: entry.id,
    received_at: entry.receivedAt.toISOString(),
    workflow_id: entry.workflowId,
    verdict: entry.verdict,
    gate: entry.gate,
    reason: entry.reason === null ? null : storableText(entry.reason),
    http_status: entry.httpStatus,
    method: storableText(entry.method),
    url: storableText(entry.url),
    ip: storableText(entry.ip),
    delivery_id: entry.deliveryId === null ? null : storableText(entry.deliveryId),
    content_type: storableOrNull(entry.content?.contentType),
    secret_name: storableOrNull(entry.secretName),
    latency_ms: entry.latencyMs,
    headers_at: headers.at,
    headers_length: headers.length,
    body_at: body.at,
    body_length: body.length,
    content_at: content.at,
    content_length: content.length,
  };
}
