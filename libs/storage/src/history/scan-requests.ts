import { joinHeaders } from '#shared';
import type { Database } from '../connection/database.js';
import { encodeCursor } from '../connection/cursor.js';
import { idBounds } from '../connection/id-bounds.js';
import { storableText } from '../connection/storable-text.js';
import type { RequestRecord, RequestScan, RequestScanPage, ScanCriteria } from '../contract.js';
import { toHeaderList, type StoredHeaders } from '../running/stored-headers.js';
import { REQUEST_COLUMNS, toRequestRecord, type RequestRow } from './find-request.js';
import { requestConditions } from './history-filter.js';
import { matchesJson } from './match-json.js';

/** How much one call looks at. At least one request is, whatever its size. */
export interface ScanBounds {
  rows: number;
  /** Of headers and bodies read. */
  bytes: number;
  milliseconds: number;
  /** Milliseconds, of a clock that only goes forward; this process's own. */
  now(): number;
}

export const SCAN_BOUNDS: ScanBounds = {
  rows: 10_000,
  bytes: 64 * 1024 * 1024,
  milliseconds: 2_000,
  now: () => performance.now(),
};

/** Rows whose headers are read at once, and bytes of bodies: up to 16 KB each, and one body of any size. */
const BATCH_ROWS = 200;
const BATCH_BYTES = 4 * 1024 * 1024;

interface ScanRow {
  id: string;
  received_at: Date;
  secret_name: string | null;
  ip: string;
  headers: StoredHeaders | null;
  body_bytes: number;
}

/**
 * Requests that hold what no index knows, newest first: batches are read by the indexed conditions and looked through
 * here, for what a sender wrote must never be a pattern or a path inside the database.
 */
export async function scanRequests(
  database: Pick<Database, 'query'>,
  scan: RequestScan,
  bounds: ScanBounds,
): Promise<RequestScanPage> {
  const progress = new Progress(bounds, scan.limit);
  const reader = new BatchReader(database, scan);
  for (;;) {
    const rows = await reader.next(Math.min(BATCH_ROWS, bounds.rows - progress.rows));
    if (rows.length === 0) return toPage(database, progress, true);
    const bodies = new BodyReader(database, scan.json ? rows.filter((row) => matchesRow(row, scan)) : []);
    for (const row of rows) {
      const isMatch = matchesRow(row, scan) && (await matchesBody(row, scan, bodies));
      progress.add(row, isMatch, bodies.takeBytes());
      if (progress.isOver()) return toPage(database, progress, false);
    }
  }
}

class Progress {
  rows = 0;
  last: ScanRow | null = null;
  readonly found: string[] = [];
  private bytes = 0;
  private readonly since: number;

  constructor(
    private readonly bounds: ScanBounds,
    private readonly limit: number,
  ) {
    this.since = bounds.now();
  }

  add(row: ScanRow, isMatch: boolean, bodyBytes: number): void {
    this.rows += 1;
    this.bytes += bodyBytes + headerBytes(row);
    this.last = row;
    if (isMatch) this.found.push(row.id);
  }

  isOver(): boolean {
    const { rows, bytes, milliseconds, now } = this.bounds;
    if (this.found.length >= this.limit || this.rows >= rows || this.bytes >= bytes) return true;
    return now() - this.since >= milliseconds;
  }
}

/** Light rows by the indexed conditions; the cursor of the scan, then of the last row read. */
class BatchReader {
  private cursor: string | null;
  private isOver = false;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly scan: RequestScan,
  ) {
    this.cursor = scan.cursor;
  }

  async next(limit: number): Promise<ScanRow[]> {
    if (this.isOver) return [];
    const { sql, values } = requestConditions({ ...this.scan, cursor: this.cursor });
    const text = `select r.id, r.received_at, r.secret_name, r.ip, ${this.scan.header ? 'r.headers' : 'null as headers'},
        coalesce(octet_length(r.content), octet_length(r.body), 0) as body_bytes
      from requests r where ${sql} order by r.id desc limit $${values.length + 1}`;
    const rows = await this.database.query<ScanRow>({ text }, [...values, limit]);
    this.isOver = rows.length < limit;
    this.cursor = rows.length > 0 ? encodeCursor(rows.at(-1)!.id) : this.cursor;
    return rows;
  }
}

/** Bodies of one batch, a few at a time and in order: ten thousand of them may be a hundred gigabytes. */
class BodyReader {
  private read = new Map<string, Buffer>();
  private at = 0;
  private taken = 0;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly rows: readonly ScanRow[],
  ) {}

  /** Null when it has none, or was deleted meanwhile. */
  async find(id: string): Promise<Buffer | null> {
    if (this.at < this.rows.length && this.rows.findIndex((row) => row.id === id) >= this.at) await this.readOn();
    return this.read.get(id) ?? null;
  }

  /** Bytes read since this was last asked. */
  takeBytes(): number {
    const { taken } = this;
    this.taken = 0;
    return taken;
  }

  private async readOn(): Promise<void> {
    const ids: string[] = [];
    let bytes = 0;
    for (const { id, body_bytes: size } of this.rows.slice(this.at)) {
      if (ids.length > 0 && bytes + size > BATCH_BYTES) break;
      ids.push(id);
      bytes += size;
    }
    const text = `select id, coalesce(content, body) as body from requests
      where id = any($1::uuid[]) and id >= $2 and id <= $3 and coalesce(content, body) is not null`;
    const bodies = await this.database.query<{ id: string; body: Buffer }>({ text }, [ids, ...idBounds(ids)]);
    this.read = new Map(bodies.map(({ id, body }) => [id, body]));
    this.at += ids.length;
    this.taken += bytes;
  }
}

function matchesRow(row: ScanRow, { header, secret, ip }: ScanCriteria): boolean {
  if (secret !== undefined && row.secret_name !== storableText(secret)) return false;
  if (ip !== undefined && row.ip !== storableText(ip)) return false;
  if (header === undefined) return true;
  const values = row.headers === null ? {} : joinHeaders(toHeaderList(row.headers));
  const value = Object.hasOwn(values, header.name) ? values[header.name] : undefined;
  return value !== undefined && (header.value === null || value === header.value);
}

async function matchesBody(row: ScanRow, { json }: ScanCriteria, bodies: BodyReader): Promise<boolean> {
  if (json === undefined) return true;
  const body = await bodies.find(row.id);
  return body !== null && matchesJson(body, json);
}

function headerBytes({ headers }: ScanRow): number {
  return headers === null
    ? 0
    : toHeaderList(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

async function toPage(
  database: Pick<Database, 'query'>,
  { rows, last, found }: Progress,
  complete: boolean,
): Promise<RequestScanPage> {
  const scanned = { requests: rows, from: last?.received_at ?? null, complete };
  const nextCursor = complete || last === null ? null : encodeCursor(last.id);
  return { items: await readRecords(database, found), nextCursor, scanned };
}

/** In the order found; those deleted meanwhile are left out. */
async function readRecords(database: Pick<Database, 'query'>, ids: readonly string[]): Promise<RequestRecord[]> {
  if (ids.length === 0) return [];
  const text = `select ${REQUEST_COLUMNS} from requests r left join workflows w on w.id = r.workflow_id
    where r.id = any($1::uuid[]) and r.id >= $2 and r.id <= $3 order by r.id desc`;
  const rows = await database.query<RequestRow>({ text }, [ids, ...idBounds(ids)]);
  return rows.map(toRequestRecord);
}
