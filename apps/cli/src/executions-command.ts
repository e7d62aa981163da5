import type { ApiClient } from './api-client.js';
import { executionDetail, type ExecutionDetail, type ExecutionItem } from './execution-detail.js';
import { duration } from './duration.js';
import { table } from './table.js';
import type { Terminal } from './terminal.js';

export interface ExecutionsOptions {
  workflow?: string;
  status?: string;
  limit?: string;
  json?: boolean;
}

/** `hookmill executions [id]`: the newest ones as a table, or one with its node runs. */
export async function executionsCommand(
  id: string | undefined,
  { workflow, status, limit, json }: ExecutionsOptions,
  api: ApiClient,
  terminal: Terminal,
): Promise<number> {
  if (id !== undefined) {
    const detail = (await api.get(`/executions/${encodeURIComponent(id)}`)) as ExecutionDetail;
    const lines = json ? [JSON.stringify(detail, null, 2)] : executionDetail(detail);
    lines.forEach((line) => terminal.out(line));
    return 0;
  }
  const page = (await api.get('/executions', { workflow, status, limit })) as { items: ExecutionItem[] };
  if (json) terminal.out(JSON.stringify(page, null, 2));
  else if (page.items.length === 0) terminal.out('There are no such executions.');
  else executionTable(page.items).forEach((line) => terminal.out(line));
  return 0;
}

function executionTable(items: readonly ExecutionItem[]): string[] {
  return table(
    ['id', 'workflow', 'version', 'status', 'started', 'duration'],
    items.map((item) => [
      item.id,
      item.workflowKey,
      item.version,
      item.reason ? `${item.status} (${item.reason})` : item.status,
      item.startedAt,
      duration(item.startedAt, item.endedAt),
    ]),
  );
}
