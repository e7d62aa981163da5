import type { ApiClient } from './api-client.js';
import { table } from './table.js';
import { printable, type Terminal } from './terminal.js';

export interface RequestsOptions {
  workflow?: string;
  verdict?: string;
  limit?: string;
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
}

interface RequestDetail extends RequestItem {
  headers: Record<string, string> | null;
  body: string | null;
  bodyEncoding: 'utf8' | 'base64' | null;
  bodyBytes: number | null;
}

/** `hookmill requests [id]`: the newest requests as a table, or one with headers and body. */
export async function requestsCommand(
  id: string | undefined,
  { workflow, verdict, limit, json }: RequestsOptions,
  api: ApiClient,
  terminal: Terminal,
): Promise<number> {
  if (id !== undefined) {
    const detail = (await api.get(`/requests/${encodeURIComponent(id)}`)) as RequestDetail;
    const lines = json ? [JSON.stringify(detail, null, 2)] : requestDetail(detail);
    lines.forEach((line) => terminal.out(line));
    return 0;
  }
  const page = (await api.get('/requests', { workflow, verdict, limit })) as { items: RequestItem[] };
  if (json) terminal.out(JSON.stringify(page, null, 2));
  else if (page.items.length === 0) terminal.out('There are no such requests.');
  else requestTable(page.items).forEach((line) => terminal.out(line));
  return 0;
}

function requestTable(items: readonly RequestItem[]): string[] {
  return table(
    ['id', 'received', 'method', 'url', 'workflow', 'verdict', 'answer', 'execution'],
    items.map((item) => [
      ...[item.id, item.receivedAt, item.method, item.url, item.workflowKey],
      item.reason ? `${item.verdict} (${item.reason})` : item.verdict,
      ...[item.httpStatus, item.executionId],
    ]),
  );
}

function requestDetail(request: RequestDetail): string[] {
  return [
    `request    ${request.id}`,
    `received   ${request.receivedAt} from ${request.ip}`,
    `line       ${printable(`${request.method} ${request.url}`)}`,
    `verdict    ${request.verdict}${request.reason ? ` (${request.reason}, gate ${request.gate ?? '-'})` : ''}`,
    `answered   ${request.httpStatus ?? '-'}`,
    `workflow   ${request.workflowKey ?? '-'}`,
    `delivery   ${printable(request.deliveryId ?? '-')}`,
    `execution  ${request.executionId ?? '-'}`,
    ...headerLines(request.headers),
    '',
    bodyText(request),
  ];
}

function headerLines(headers: Record<string, string> | null): string[] {
  return Object.entries(headers ?? {}).map(([name, value]) => printable(`  ${name}: ${value}`));
}

function bodyText({ body, bodyEncoding, bodyBytes }: RequestDetail): string {
  if (body === null) return bodyBytes ? `(${bodyBytes} bytes: fetch them from /raw)` : '(no body)';
  return bodyEncoding === 'base64' ? `(base64) ${body}` : printable(body);
}
