import type { Json } from '#shared';
import { eventually } from '../support/eventually.js';
import { seededRandom } from '../support/seeded-random.js';
import { shuffled } from '../support/shuffled.js';
import { BoundaryTrap } from './boundary-trap.js';
import { expectAfterCrash } from './crash-expectation.js';
import { startCrashRig } from './crash-rig.js';
import type { CrashRig } from './crash-rig.js';
import { send } from './send.js';
import type { Effect } from './workloads.js';

export interface JournalCrashOptions {
  seed: number;
  /** Kills. */
  points: number;
  /** Gets one line for each kill. */
  say: (line: string) => void;
  /** Ends it early. */
  signal?: AbortSignal;
}

export interface JournalCrashReport {
  seed: number;
  /** Every boundary of an undisturbed execution, in order. */
  order: readonly string[];
  /** How often a worker was killed at each. */
  killed: ReadonlyMap<string, number>;
  violations: readonly string[];
}

const KEY = 'crash';
const EFFECTS: readonly Effect[] = [
  { node: 'first', repeatable: false },
  { node: 'again', repeatable: true },
  { node: 'second', repeatable: false },
];
/** Boundaries that not every undisturbed execution has are somebody else's: a look at leases, a second load. */
const CALIBRATIONS = 3;
/** A lease and its grace, the queue's lock, a second lost worker. Milliseconds. */
const ENDS_WITHIN = 30_000;

/** Kills a worker at boundaries in a seeded order, all of them in turn, and compares what came of each execution. */
export async function crashAtBoundaries(options: JournalCrashOptions): Promise<JournalCrashReport> {
  const { seed, points, say, signal } = options;
  const random = seededRandom(seed);
  const killed = new Map<string, number>();
  const violations: string[] = [];
  const rig = await startCrashRig(document);
  try {
    const order = await calibrate(rig);
    const chosen: string[] = [];
    while (chosen.length < points) chosen.push(...shuffled(order, random));
    for (const point of chosen.slice(0, points)) {
      signal?.throwIfAborted();
      await rig.manned();
      const { trap, found } = await execute(rig, point);
      if (trap.killed) killed.set(point, (killed.get(point) ?? 0) + 1);
      else violations.push(`${found.id}: never got to "${point}"`);
      const faults = judge(rig, order, point, found);
      violations.push(...faults.map((fault) => `${found.id}, killed at "${point}": ${fault}`));
      say(`${point}: ${found.status}${faults.length === 0 ? '' : `; ${faults.join('; ')}`}`);
    }
    return { seed, order, killed, violations };
  } finally {
    await rig.stop();
  }
}

function document(url: string): Record<string, Json> {
  const call = ({ node, repeatable }: Effect): Json => {
    const headers = [{ name: 'x-execution', value: '{{$execution.id}}' }];
    return { key: node, type: 'request', config: { url: `${url}/${node}`, headers, timeout: 60_000, repeatable } };
  };
  const [first, again, second] = EFFECTS.map(call) as [Json, Json, Json];
  const sum: Json = { key: 'sum', type: 'calculation', config: { expression: '1 + 1' } };
  const done: Json = { key: 'done', type: 'output', config: { value: '{{$jobsMapByNodeKey.sum}}' } };
  return {
    key: KEY,
    enabled: true,
    trigger: { type: 'webhook', mode: 'async' },
    nodes: [first, sum, again, second, done],
  };
}

interface Found {
  id: string;
  status: string;
  reason: string | null;
  nodeRuns: Record<string, Json>[];
}

let sent = 0;

/** One execution, until it ended, whoever had to end it. */
async function execute(rig: CrashRig, point: string | null): Promise<{ trap: BoundaryTrap; found: Found }> {
  const trap = new BoundaryTrap(point);
  rig.set(trap);
  const answer = await send(
    `${rig.hookmill.gatewayUrls[0]}/api/webhooks/${KEY}`,
    `crash-${(sent += 1)}`,
    '{}',
    ENDS_WITHIN,
  );
  if (answer.kind !== 'answer' || answer.executionId === null)
    throw new Error(`Not accepted: ${JSON.stringify(answer)}`);
  const id = answer.executionId;
  trap.known(id);
  const { body } = await eventually(
    () => rig.hookmill.api('GET', `/executions/${id}`),
    (seen) => Boolean(seen.body['endedAt']),
    ENDS_WITHIN,
  ).catch((error: Error) => {
    const reached = `Killed at "${point}": ${trap.killed}, after ${trap.reached.join(', ')}`;
    throw new Error(`${error.message}\n${reached}\n${rig.hookmill.log()}`, { cause: error });
  });
  rig.set(null);
  const { status, reason, nodeRuns } = body as unknown as Found;
  return { trap, found: { id, status, reason, nodeRuns } };
}

async function calibrate(rig: CrashRig): Promise<string[]> {
  const runs: string[][] = [];
  // The first one also loads and compiles the version.
  for (let run = 0; run <= CALIBRATIONS; run += 1) runs.push((await execute(rig, null)).trap.reached);
  const [first, ...others] = runs.slice(1) as [string[], ...string[][]];
  return first.filter((label) => others.every((other) => other.includes(label)));
}

function judge(rig: CrashRig, order: readonly string[], point: string, found: Found): string[] {
  const expected = expectAfterCrash(order, order.indexOf(point), EFFECTS);
  const faults: string[] = [];
  const reason = expected.status === 'retry_needed' ? 'worker_lost' : null;
  if (found.status !== expected.status || found.reason !== reason)
    faults.push(`${expected.status} (${reason}) expected, not ${found.status} (${found.reason})`);
  const calls = rig.callsOf(found.id);
  for (const { node } of EFFECTS) {
    const { calls: times, keys } = calls.get(node) ?? { calls: 0, keys: new Set() };
    if (times !== expected.calls.get(node))
      faults.push(`${node} was called ${times} times, not ${expected.calls.get(node)}`);
    if (keys.size > 1) faults.push(`${node} was called under ${keys.size} keys`);
    const runs = found.nodeRuns.filter((run) => run['nodeKey'] === node).length;
    if (runs > 1) faults.push(`${node} has ${runs} node runs`);
  }
  return faults;
}
