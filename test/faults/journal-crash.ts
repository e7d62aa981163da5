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

/**
 * Undisturbed executions of a document, besides the first. Boundaries that not all of them have are somebody else's: a
 * look at leases, a second load.
 */
const CALIBRATIONS = 3;
/** Executions that are tried until one gets to a boundary: who answers before he is waited for spares a wait. */
const TRIES = 3;

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
  const { seed, points, documents, say, signal } = options;
  const violations: string[] = [];
  const rig = await startCrashRig();
  try {
    const chosen = CRASH_DOCUMENTS.filter(({ key }) => documents?.includes(key) ?? true);
    await prepareCrashes(rig, chosen);
    const calibrated: Calibrated[] = [];
    for (const document of chosen)
      calibrated.push(await calibrate(rig, document, runsToCalibrate(document, points), violations));
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

/** Which boundaries there are matters where one is chosen among them, or where effects lie between them. */
function runsToCalibrate({ telling, effects }: CrashDocument, points: JournalCrashOptions['points']): number {
  return points === 'telling' && telling && !effects ? 1 : CALIBRATIONS + 1;
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

async function calibrate(
  rig: CrashRig,
  document: CrashDocument,
  runs: number,
  violations: string[],
): Promise<Calibrated> {
  const orders: (readonly string[])[] = [];
  let visits: Visits = {};
  for (let run = 0; run < runs; run += 1) {
    const { trap, found } = await executeUntilEnd(rig, document, null);
    orders.push(trap.reached);
    visits = countVisits(found.nodeRuns);
    const faults = verifyCrash(document, expectUndisturbed(document), found, visits);
    violations.push(...faults.map((fault) => `${document.key}, undisturbed: ${fault}`));
  }
  // The first one also loads and compiles the version.
  const [first, ...others] = orders.length > 1 ? orders.slice(1) : orders;
  const order = first!.filter((label) => others.every((other) => other.includes(label)));
  return { document, order, visits, killed: new Map() };
}

const expectUndisturbed = ({ effects = [] }: CrashDocument) => expectAfterCrash([], Number.NaN, effects);

async function killAt(rig: CrashRig, kill: Kill): Promise<string[]> {
  const { document, order, visits, killed } = kill.calibrated;
  const { point } = kill;
  let missed: readonly string[] = [];
  for (let tried = 0; tried < TRIES; tried += 1) {
    await rig.manned();
    const { trap, found } = await executeUntilEnd(rig, document, point);
    const expected = trap.killed
      ? expectAfterCrash(order, order.indexOf(point), document.effects ?? [])
      : expectUndisturbed(document);
    const faults = verifyCrash(document, expected, found, visits).map((fault) => `${found.id}: ${fault}`);
    if (trap.killed) killed.set(point, (killed.get(point) ?? 0) + 1);
    if (trap.killed || faults.length > 0) return faults;
    missed = trap.reached;
  }
  return [`no execution got there, but to ${missed.join(', ')}`];
}
