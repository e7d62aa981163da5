import type { ApiClient } from './api-client.js';
import { table } from './table.js';
import { printable, type Terminal } from './terminal.js';

export interface RequestsOptions {
  workflow?: string;
  verdict?: string;
  gate?: string;
  reason?: string;
  deliveryId?: string;
  from?: string;
  to?: string;
  header?: string;
  jsonPath?: string;
  secret?: string;
  ip?: string;
  limit?: string;
  cursor?: string;
  json?: boolean;
}

interface RequestItem {
  id: string;
  receivedAt: string;
  workflowKey: string | null;
  verdict: string;
  gate: number | null;
  reason: string | null;
  httpStatus: number | null;
  method: string;
  url: string;
  ip: string;
  deliveryId: string | null;
  executionId: string | null;
  secretName?: string | null;
  latencyMs?: number | null;
}

interface RequestPage {
  items: RequestItem[];
  nextCursor: string | null;
  /** Of a search in headers or bodies. */
  scanned?: { requests: number; from: string | null; complete: boolean };
}

interface RequestDetail extends RequestItem {
  rawHeaders?: [name: string, value: string][] | null;
  headers: Record<string, string> | null;
  body: string | null;
  bodyEncoding: 'utf8' | 'base64' | null;
  bodyBytes: number | null;
}

/** `hookmill requests [id]`: the newest requests as a table, or one with headers and body. */
export async function requestsCommand(
  id: string | undefined,
  { json, jsonPath, ...query }: RequestsOptions,
  api: ApiClient,
  terminal: Terminal,
): Promise<number> {
  if (id !== undefined) {
    const detail = (await api.get(`/requests/${encodeURIComponent(id)}`)) as RequestDetail;
    const lines = json ? [JSON.stringify(detail, null, 2)] : requestDetail(detail);
    lines.forEach((line) => terminal.out(line));
    return 0;
  }
  const page = (await api.get('/requests', { ...query, json: jsonPath })) as RequestPage;
  const lines = json ? [JSON.stringify(page, null, 2)] : pageLines(page);
  lines.forEach((line) => terminal.out(line));
  return 0;
}

/** A search that has not looked everywhere says so: nothing found is not nothing there. */
function pageLines({ items, nextCursor, scanned }: RequestPage): string[] {
  const isOpen = scanned !== undefined && !scanned.complete;
  const none = isOpen ? 'No such requests so far.' : 'There are no such requests.';
  const lines = items.length === 0 ? [none] : requestTable(items);
  if (!isOpen) return lines;
  const far = `${scanned.requests} requests, back to ${scanned.from ?? '-'}`;
  return [...lines, `Looked at ${far}. Go on with --cursor ${nextCursor ?? ''}`];
}

function requestTable(items: readonly RequestItem[]): string[] {
  return table(
    ['id', 'received', 'method', 'url', 'workflow', 'verdict', 'answer', 'ms', 'secret', 'execution'],
    items.map((item) => [
      ...[item.id, item.receivedAt, item.method, item.url, item.workflowKey],
      item.reason ? `${item.verdict} (${item.reason})` : item.verdict,
      ...[item.httpStatus, item.latencyMs ?? null, item.secretName ?? null, item.executionId],
    ]),
  );
}

function requestDetail(request: RequestDetail): string[] {
  return [
    `request    ${request.id}`,
    `received   ${request.receivedAt} from ${request.ip}`,
    `line       ${printable(`${request.method} ${request.url}`)}`,
    `verdict    ${request.verdict}${request.reason ? ` (${request.reason}, gate ${request.gate ?? '-'})` : ''}`,
    `answered   ${answerText(request)}`,
    `workflow   ${request.workflowKey ?? '-'}`,
    `secret     ${printable(request.secretName ?? '-')}`,
    `delivery   ${printable(request.deliveryId ?? '-')}`,
    `execution  ${request.executionId ?? '-'}`,
    ...headerLines(request.rawHeaders ?? Object.entries(request.headers ?? {})),
    '',
    bodyText(request),
  ];
}

function answerText({ httpStatus, latencyMs }: RequestDetail): string {
  return `${httpStatus ?? '-'}${typeof latencyMs === 'number' ? ` in ${latencyMs} ms` : ''}`;
}

function headerLines(headers: readonly (readonly [string, string])[]): string[] {
  return headers.map(([name, value]) => printable(`  ${name}: ${value}`));
}

function bodyText({ body, bodyEncoding, bodyBytes }: RequestDetail): string {
  if (body === null) return bodyBytes ? `(${bodyBytes} bytes: fetch them from /raw)` : '(no body)';
  return bodyEncoding === 'base64' ? `(base64) ${body}` : printable(body);
}
