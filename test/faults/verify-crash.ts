import { isDeepStrictEqual } from 'node:util';
import type { CrashDocument } from './crash-document.js';
import type { CrashFound } from './crash-execution.js';
import type { CrashExpectation } from './crash-expectation.js';

/** Visits by node key of an execution that nobody disturbed. */
export type Visits = Readonly<Record<string, number>>;

/** What is wrong with an execution, as sentences. */
export function verifyCrash(
  document: CrashDocument,
  expected: CrashExpectation,
  found: CrashFound,
  undisturbed: Visits,
): string[] {
  const reason = expected.status === 'retry_needed' ? 'worker_lost' : null;
  const end = `${expected.status} (${reason})`;
  const faults = differs('it', end, `${found.status} (${found.reason})`);
  const visits = countVisits(found.nodeRuns);
  for (const [node, times] of Object.entries(visits))
    if (times > (undisturbed[node] ?? 0)) faults.push(`${node} has ${times} node runs`);
  faults.push(...callFaults(document, expected, found));
  const { records = [], tasks = [], child } = document;
  faults.push(
    ...differs('its records', records, found.records),
    ...differs('its tasks', tasks, found.tasks),
    ...differs('its children', child ? ['resolved'] : [], found.children),
  );
  if (expected.status !== 'resolved') return faults;
  const open = found.nodeRuns.filter(({ status }) => status !== 'resolved' && status !== 'aborted');
  faults.push(
    ...differs('its output', document.output, found.output),
    ...differs('its visits', undisturbed, visits),
    ...open.map(({ nodeKey, status }) => `${String(nodeKey)} is ${String(status)}`),
  );
  if (document.trigger === 'sync') faults.push(...differs('the answer', 201, found.answered));
  return faults;
}

/** How often each node has been visited, by its key. */
export function countVisits(nodeRuns: CrashFound['nodeRuns']): Visits {
  const visits: Record<string, number> = {};
  for (const { nodeKey } of nodeRuns) visits[String(nodeKey)] = (visits[String(nodeKey)] ?? 0) + 1;
  return visits;
}

function callFaults({ effects = [] }: CrashDocument, expected: CrashExpectation, found: CrashFound): string[] {
  return effects.flatMap(({ node }) => {
    const { calls, keys } = found.calls.get(node) ?? { calls: 0, keys: new Set() };
    const faults = differs(`calls of ${node}`, expected.calls.get(node), calls);
    if (keys.size > 1) faults.push(`${node} was called under ${keys.size} keys`);
    return faults;
  });
}

function differs(what: string, expected: unknown, found: unknown): string[] {
  if (isDeepStrictEqual(expected, found)) return [];
  return [`${what}: ${JSON.stringify(expected)} expected, not ${JSON.stringify(found)}`];
}
