import type { Json } from '#shared';
import { eventually } from '../support/eventually.js';
import { BoundaryTrap } from './boundary-trap.js';
import { RECORDS, type CrashDocument } from './crash-document.js';
import type { CrashRig } from './crash-rig.js';
import type { CrashCalls } from './outside-world.js';
import { latestExecutions, startCrash } from './start-crash.js';

/** What came of one execution. */
export interface CrashFound {
  id: string;
  status: string;
  reason: string | null;
  output: Json;
  nodeRuns: readonly Record<string, Json>[];
  calls: ReadonlyMap<string, CrashCalls>;
  /** As `<name>:<state>`, sorted. */
  records: readonly string[];
  /** As `<kind>:<assignee>:<status>`, sorted. */
  tasks: readonly string[];
  /** Statuses of the child executions. */
  children: readonly string[];
  /** What the sender was answered; null when it did not wait. */
  answered: number | null;
}

type Row = Record<string, Json>;

/** A lease and its grace, the queue's lock, a second lost worker. Milliseconds. */
const ENDS_WITHIN = 30_000;
/** The end may be seen before the worker that made it hears of it, and gets to its last boundary. Milliseconds. */
const LAST_BOUNDARY_WITHIN = 1_000;
/** What a person is asked to do, and does. */
const ACTIONS: Readonly<Record<string, string>> = { manual: 'continue', approval: 'approve' };

let sent = 0;

/** One execution, until it ended, whoever had to end it. @param point boundary to kill at; null to only watch */
export async function executeUntilEnd(
  rig: CrashRig,
  document: CrashDocument,
  point: string | null,
): Promise<{ trap: BoundaryTrap; found: CrashFound }> {
  const trap = new BoundaryTrap(point);
  const tag = `crash-${(sent += 1)}`;
  const before = document.child ? await latestExecutions(rig, document.child) : [];
  rig.set(trap);
  const { id, answered: answer } = await startCrash(rig, document, tag);
  trap.known(id);
  const body = await ended(rig, document, { id, trap });
  const answered = await answer;
  if (point !== null) await eventually(() => trap.killed, Boolean, LAST_BOUNDARY_WITHIN).catch(() => undefined);
  rig.set(null);
  const { status, reason, output, nodeRuns } = body as unknown as CrashFound;
  const found: CrashFound = {
    ...{ id, status, reason, output, nodeRuns, answered },
    calls: await callsOf(rig, id, tag),
    records: (await recordsOf(rig, tag)).map(({ name, state }) => `${String(name)}:${String(state)}`).sort(),
    tasks: (await tasksOf(rig, id)).map(describeTask).sort(),
    children: document.child ? await childrenOf(rig, document.child, before) : [],
  };
  return { trap, found };
}

async function ended(
  rig: CrashRig,
  { tasks, silent = [] }: CrashDocument,
  { id, trap }: { id: string; trap: BoundaryTrap },
) {
  const look = async () => {
    if (tasks) await submitOpen(rig, id, silent);
    return rig.ask('GET', `/executions/${id}`);
  };
  return await eventually(look, (body) => Boolean(body['endedAt']), ENDS_WITHIN).catch((error: Error) => {
    const reached = `Killed: ${trap.killed}, after ${trap.reached.join(', ')}`;
    throw new Error(`${error.message}\n${reached}\n${rig.hookmill.log()}`, { cause: error });
  });
}

/** People answer as soon as they are asked. */
async function submitOpen(rig: CrashRig, id: string, silent: readonly string[]): Promise<void> {
  for (const task of await tasksOf(rig, id)) {
    const action = ACTIONS[String(task['kind'])];
    if (task['status'] !== 'open' || action === undefined || silent.includes(String(task['assignee']))) continue;
    await rig.ask('POST', `/tasks/${String(task['id'])}/submit`, { action });
  }
}

/** With those that Postgres gets: of an sql node, which leaves a record, and of an in-app channel, to the tag. */
async function callsOf(rig: CrashRig, id: string, tag: string): Promise<ReadonlyMap<string, CrashCalls>> {
  const counted = (rows: readonly Row[]) => ({ calls: rows.length, keys: new Set<string>() });
  return new Map([
    ...rig.outside.callsOf(id),
    ['sql', counted(await recordsOf(rig, tag, 'sql'))],
    ['in-app', counted(await items(rig, `/notifications?to=${tag}`))],
  ]);
}

const describeTask = ({ kind, assignee, status }: Row) => [kind, assignee, status].join(':');

function recordsOf(rig: CrashRig, tag: string, name?: string): Promise<Row[]> {
  const filter = { tag: { $eq: tag }, name: name === undefined ? { $ne: 'sql' } : { $eq: name } };
  return items(rig, `/collections/${RECORDS}/records?limit=200&filter=${encodeURIComponent(JSON.stringify(filter))}`);
}

const tasksOf = (rig: CrashRig, id: string): Promise<Row[]> => items(rig, `/tasks?execution=${id}`);

/** Statuses of the executions that there were not before. */
async function childrenOf(rig: CrashRig, child: string, before: readonly Row[]): Promise<string[]> {
  const known = new Set(before.map(({ id }) => id));
  const rows = await latestExecutions(rig, child);
  return rows.filter(({ id }) => !known.has(id)).map(({ status }) => String(status));
}

async function items(rig: CrashRig, path: string): Promise<Row[]> {
  return (await rig.ask('GET', path))['items'] as Row[];
}
