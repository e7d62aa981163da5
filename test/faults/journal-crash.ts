import { seededRandom } from '../support/seeded-random.js';
import { shuffled } from '../support/shuffled.js';
import type { CrashDocument } from './crash-document.js';
import { CRASH_DOCUMENTS } from './crash-documents.js';
import { executeUntilEnd } from './crash-execution.js';
import { expectAfterCrash } from './crash-expectation.js';
import { startCrashRig } from './crash-rig.js';
import type { CrashRig } from './crash-rig.js';
import { prepareCrashes } from './prepare-crashes.js';
import { countVisits, verifyCrash, type Visits } from './verify-crash.js';

export interface JournalCrashOptions {
  seed: number;
  /** Kills, over the boundaries of all documents in turn; `telling`: once at each that a document calls so. */
  points: number | 'telling';
  /** Keys; absent: all. */
  documents?: readonly string[];
  /** Gets one line for each kill. */
  say: (line: string) => void;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** What was learned of one document. */
export interface CrashedDocument {
  key: string;
  /** Every boundary of an undisturbed execution, in order. */
  order: readonly string[];
  /** How often a worker was killed at each. */
  killed: ReadonlyMap<string, number>;
}

export interface JournalCrashReport {
  seed: number;
  documents: readonly CrashedDocument[];
  violations: readonly string[];
}

/** Boundaries that not every undisturbed execution has are somebody else's: a look at leases, a second load. */
const CALIBRATIONS = 3;

interface Calibrated {
  document: CrashDocument;
  order: readonly string[];
  visits: Visits;
  killed: Map<string, number>;
}

interface Kill {
  calibrated: Calibrated;
  point: string;
}

/** Kills workers at boundaries in a seeded order, and compares what came of each execution. */
export async function crashAtBoundaries(options: JournalCrashOptions): Promise<JournalCrashReport> {
  const { seed, documents, say, signal } = options;
  const violations: string[] = [];
  const rig = await startCrashRig();
  try {
    const chosen = CRASH_DOCUMENTS.filter(({ key }) => documents?.includes(key) ?? true);
    await prepareCrashes(rig, chosen);
    const calibrated: Calibrated[] = [];
    for (const document of chosen) calibrated.push(await calibrate(rig, document, violations));
    for (const kill of choose(calibrated, options)) {
      signal?.throwIfAborted();
      const { key } = kill.calibrated.document;
      const faults = await killAt(rig, kill);
      violations.push(...faults.map((fault) => `${key}, killed at "${kill.point}": ${fault}`));
      say(`${key}, ${kill.point}${faults.length === 0 ? '' : `: ${faults.join('; ')}`}`);
    }
    const results = calibrated.map(({ document: { key }, order, killed }) => ({ key, order, killed }));
    return { seed, documents: results, violations };
  } finally {
    await rig.stop();
  }
}

function choose(calibrated: readonly Calibrated[], { seed, points }: JournalCrashOptions): Kill[] {
  const random = seededRandom(seed);
  const kills = (of: (one: Calibrated) => readonly string[]) =>
    calibrated.flatMap((one) => of(one).map((point) => ({ calibrated: one, point })));
  if (points === 'telling')
    return shuffled(
      kills(({ document, order }) => document.telling ?? order),
      random,
    );
  const all = kills(({ order }) => order);
  const chosen: Kill[] = [];
  while (chosen.length < points) chosen.push(...shuffled(all, random));
  return chosen.slice(0, points);
}

async function calibrate(rig: CrashRig, document: CrashDocument, violations: string[]): Promise<Calibrated> {
  const { effects = [], key } = document;
  const runs: string[][] = [];
  let visits: Visits = {};
  // The first one also loads and compiles the version.
  for (let run = 0; run <= CALIBRATIONS; run += 1) {
    const { trap, found } = await executeUntilEnd(rig, document, null);
    runs.push(trap.reached);
    visits = countVisits(found.nodeRuns);
    const expected = expectAfterCrash([], -1, []);
    const calls = new Map(effects.map(({ node }) => [node, 1]));
    const faults = verifyCrash(document, { ...expected, calls }, found, visits);
    violations.push(...faults.map((fault) => `${key}, undisturbed: ${fault}`));
  }
  const [first, ...others] = runs.slice(1) as [string[], ...string[][]];
  const order = first.filter((label) => others.every((other) => other.includes(label)));
  return { document, order, visits, killed: new Map() };
}

async function killAt(rig: CrashRig, { calibrated, point }: Kill): Promise<string[]> {
  const { document, order, visits, killed } = calibrated;
  await rig.manned();
  const { trap, found } = await executeUntilEnd(rig, document, point);
  if (!trap.killed) return [`${found.id} never got there, but to ${trap.reached.join(', ')}`];
  killed.set(point, (killed.get(point) ?? 0) + 1);
  const expected = expectAfterCrash(order, order.indexOf(point), document.effects ?? []);
  return verifyCrash(document, expected, found, visits).map((fault) => `${found.id}: ${fault}`);
}
