import type { Json } from '#shared';
import { eventually } from '../support/eventually.js';
import { BoundaryTrap } from './boundary-trap.js';
import { RECORDS, type CrashDocument } from './crash-document.js';
import type { CrashRig } from './crash-rig.js';
import type { CrashCalls } from './outside-world.js';
import { send } from './send.js';

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
  const { id, answer, before } = await start(rig, document, { tag, trap });
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

async function start(
  rig: CrashRig,
  { key, mode, child }: CrashDocument,
  { tag, trap }: { tag: string; trap: BoundaryTrap },
) {
  const before = child ? await executionsOf(rig, child) : [];
  const known = mode === 'sync' ? await executionsOf(rig, key) : [];
  rig.set(trap);
  const body = JSON.stringify({ tag });
  const sending = send(`${rig.hookmill.gatewayUrls[0]}/api/webhooks/${key}`, tag, body, ENDS_WITHIN);
  const id = await (mode === 'sync' ? newExecution(rig, key, known) : sending.then(acceptedAs));
  trap.known(id);
  const answer = sending.then((result) => (mode === 'sync' && result.kind === 'answer' ? result.status : null));
  return { id, answer, before: before.map((row) => row['id']!) };
}

function acceptedAs(answer: Awaited<ReturnType<typeof send>>): string {
  if (answer.kind === 'answer' && answer.executionId !== null) return answer.executionId;
  throw new Error(`Not accepted: ${JSON.stringify(answer)}`);
}

/** A sender that waits learns of its execution too late. */
async function newExecution(rig: CrashRig, key: string, known: readonly Row[]): Promise<string> {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = async () => (await executionsOf(rig, key)).filter(({ id }) => !ids.has(id!));
  const [execution] = await eventually(fresh, (rows) => rows.length > 0);
  return String(execution!['id']);
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

/** With those of the sql node, which leaves a record. */
async function callsOf(rig: CrashRig, id: string, tag: string): Promise<ReadonlyMap<string, CrashCalls>> {
  const rows = (await recordsOf(rig, tag, 'sql')).length;
  return new Map([...rig.outside.callsOf(id), ['sql', { calls: rows, keys: new Set<string>() }]]);
}

const describeTask = ({ kind, assignee, status }: Row) => [kind, assignee, status].join(':');

function recordsOf(rig: CrashRig, tag: string, name?: string): Promise<Row[]> {
  const filter = { tag: { $eq: tag }, name: name === undefined ? { $ne: 'sql' } : { $eq: name } };
  return items(rig, `/collections/${RECORDS}/records?limit=200&filter=${encodeURIComponent(JSON.stringify(filter))}`);
}

const tasksOf = (rig: CrashRig, id: string): Promise<Row[]> => items(rig, `/tasks?execution=${id}`);

/** The latest ones: more than one execution makes. */
const executionsOf = (rig: CrashRig, key: string): Promise<Row[]> => items(rig, `/executions?workflow=${key}`);

async function childrenOf(rig: CrashRig, child: string, before: readonly Json[]): Promise<string[]> {
  const rows = await executionsOf(rig, child);
  return rows.filter(({ id }) => !before.includes(id!)).map(({ status }) => String(status));
}

async function items(rig: CrashRig, path: string): Promise<Row[]> {
  return (await rig.ask('GET', path))['items'] as Row[];
}
