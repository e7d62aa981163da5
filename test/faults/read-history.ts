import type { Json } from '#shared';
import type { Hookmill } from '../support/start-hookmill.js';

/** An execution as the management API lists it. */
export interface ExecutionSeen {
  id: string;
  workflow: string;
  status: string;
  reason: string | null;
  requestId: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Null while it is open. */
  endedAt: number | null;
}

/** A request that was accepted. */
export interface AcceptedSeen {
  id: string;
  workflow: string;
  deliveryId: string;
  executionId: string;
}

/** What the installation says it has. */
export interface History {
  executions: ExecutionSeen[];
  accepted: AcceptedSeen[];
}

/** Everything since `from`, read page by page over the management API. */
export async function readHistory({ api }: Pick<Hookmill, 'api'>, from: Date): Promise<History> {
  const since = `from=${encodeURIComponent(from.toISOString())}&limit=200`;
  const executions = await readAll(api, `/executions?${since}`, (item) => ({
    id: String(item['id']),
    workflow: String(item['workflowKey']),
    status: String(item['status']),
    reason: item['reason'] === null ? null : String(item['reason']),
    requestId: String(item['requestId']),
    createdAt: Date.parse(String(item['createdAt'])),
    endedAt: item['endedAt'] === null ? null : Date.parse(String(item['endedAt'])),
  }));
  const accepted = await readAll(api, `/requests?${since}&verdict=accepted`, (item) => ({
    id: String(item['id']),
    workflow: String(item['workflowKey']),
    deliveryId: String(item['deliveryId']),
    executionId: String(item['executionId']),
  }));
  return { executions, accepted };
}

async function readAll<T>(api: Hookmill['api'], path: string, toSeen: (item: Record<string, Json>) => T): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: Json = ''; cursor !== null;) {
    const page = await api('GET', cursor === '' ? path : `${path}&cursor=${encodeURIComponent(String(cursor))}`);
    if (page.status !== 200) throw new Error(`${path} was answered ${page.status}: ${JSON.stringify(page.body)}`);
    all.push(...(page.body['items'] as Record<string, Json>[]).map(toSeen));
    cursor = page.body['nextCursor'] ?? null;
  }
  return all;
}
