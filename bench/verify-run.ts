import type { Json } from '#shared';
import type { Stack } from './start-stack.js';

export interface Verification {
  executions: number;
  /** performance.now() when nothing was waiting or running any more. */
  drainedAt: number;
  faults: string[];
}

const DRAINED_WITHIN_MS = 300_000;

/**
 * Reads every request and execution of one workflow over the management API.
 * @param accepted answers that the load generator counted
 * @param inFlight how many more may have been accepted after it stopped counting
 */
export async function verifyRun(stack: Stack, key: string, accepted: number, inFlight: number): Promise<Verification> {
  const faults: string[] = [];
  if (!(await drained(stack, key))) faults.push(`executions still wait after ${DRAINED_WITHIN_MS / 1000} s`);
  const drainedAt = performance.now();
  const executions = await readAll(stack, `/executions?workflow=${key}`);
  const requests = await readAll(stack, `/requests?workflow=${key}&verdict=accepted`);
  const unended = executions.filter((execution) => execution['status'] !== 'resolved' || !execution['endedAt']);
  if (unended.length > 0) faults.push(`${unended.length} executions did not resolve`);
  if (executions.length < accepted || executions.length > accepted + inFlight)
    faults.push(`${accepted} requests were accepted, but there are ${executions.length} executions`);
  faults.push(...pairFaults(requests, executions));
  return { executions: executions.length, drainedAt, faults };
}

/** One execution per accepted request, each naming the other. */
function pairFaults(requests: Record<string, Json>[], executions: Record<string, Json>[]): string[] {
  const requestOf = new Map(executions.map((execution) => [execution['id'], execution['requestId']]));
  const distinct = new Set(requestOf.values());
  const unpaired = requests.filter((request) => requestOf.get(request['executionId'] ?? '') !== request['id']);
  return [
    ...(distinct.size === executions.length ? [] : [`${executions.length - distinct.size} requests ran twice`]),
    ...(requests.length === executions.length && unpaired.length === 0
      ? []
      : [`${requests.length} accepted requests, ${executions.length} executions, ${unpaired.length} do not match`]),
  ];
}

async function drained(stack: Stack, key: string): Promise<boolean> {
  for (const deadline = performance.now() + DRAINED_WITHIN_MS; performance.now() < deadline;) {
    const open = await Promise.all(
      ['queued', 'started'].map((status) => stack.api('GET', `/executions?workflow=${key}&status=${status}&limit=1`)),
    );
    if (open.every(({ items }) => (items as Json[]).length === 0)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function readAll(stack: Stack, path: string): Promise<Record<string, Json>[]> {
  const all: Record<string, Json>[] = [];
  for (let cursor: Json = ''; cursor !== null;) {
    const page = await stack.api(
      'GET',
      `${path}&limit=200${cursor ? `&cursor=${encodeURIComponent(String(cursor))}` : ''}`,
    );
    all.push(...(page['items'] as Record<string, Json>[]));
    cursor = page['nextCursor'] ?? null;
  }
  return all;
}
