import type { Json } from '#shared';
import type { ApiCaller } from './api-caller.js';

/** What the load generator saw. */
export interface Expected {
  /** Deliveries that were answered as accepted, each counted once. */
  distinct: number;
  /** Answers that repeated one of them. */
  repeated: number;
  /** Requests without an answer, or refused: they may have been accepted all the same. */
  uncertain: number;
}

export interface Verification {
  executions: number;
  faults: string[];
}

/** Reads every request and execution of one workflow over the management API, after it was drained. */
export async function verifyRun(api: ApiCaller, key: string, expected: Expected): Promise<Verification> {
  const [executions, requests, duplicates] = await Promise.all([
    readAll(api, `/executions?workflow=${key}`),
    readAll(api, `/requests?workflow=${key}&verdict=accepted`),
    readAll(api, `/requests?workflow=${key}&verdict=duplicate`),
  ]);
  const faults: string[] = [];
  const unended = executions.filter((execution) => execution['status'] !== 'resolved' || !execution['endedAt']);
  if (unended.length > 0) faults.push(`${unended.length} executions did not resolve`);
  const { distinct, repeated, uncertain } = expected;
  if (!isWithin(executions.length, distinct, uncertain))
    faults.push(`${distinct} requests were accepted, but there are ${executions.length} executions`);
  if (!isWithin(duplicates.length, repeated, uncertain))
    faults.push(`${repeated} answers repeated another one, but ${duplicates.length} duplicates are recorded`);
  faults.push(...pairFaults(requests, executions));
  return { executions: executions.length, faults };
}

function isWithin(found: number, known: number, uncertain: number): boolean {
  return found >= known && found <= known + uncertain;
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

async function readAll(api: ApiCaller, path: string): Promise<Record<string, Json>[]> {
  const all: Record<string, Json>[] = [];
  for (let cursor: Json = ''; cursor !== null;) {
    const page = await api('GET', `${path}&limit=200${cursor ? `&cursor=${encodeURIComponent(String(cursor))}` : ''}`);
    all.push(...(page['items'] as Record<string, Json>[]));
    cursor = page['nextCursor'] ?? null;
  }
  return all;
}
