import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../support/seeded-random.js';
import { startBreakableHookmill } from './breakable-hookmill.js';
import type { BreakableHookmill } from './breakable-hookmill.js';
import { startEffectWitness } from './effect-witness.js';
import type { EffectWitness } from './effect-witness.js';
import type { FaultReport } from './fault-report.js';
import { inflict } from './inflict.js';
import type { InflictedFault } from './inflict.js';
import { startLoad } from './load.js';
import { readHistory } from './read-history.js';
import { addRecoveryTimes } from './recovery-times.js';
import type { Recovery } from './recovery-times.js';
import { planFaults } from './schedule.js';
import type { FaultKind, PlannedFault } from './schedule.js';
import { untilNothingIsOpen } from './until-nothing-is-open.js';
import { Verdict } from './verdict.js';
import { verifyAnswers } from './verify-answers.js';
import { verifyEndings } from './verify-endings.js';
import { verifyExecutions } from './verify-executions.js';
import { WORKLOADS } from './workloads.js';

export interface FaultRunOptions {
  seed: number;
  minutes: number;
  /** Events per second. */
  rate: number;
  /** Only these faults; all when absent. */
  kinds?: readonly FaultKind[] | undefined;
  /** Keys of the only workloads; all when absent. */
  workloads?: readonly string[] | undefined;
  /** Gets one line about each step. */
  say: (line: string) => void;
  /** Ends the run early, without a report. */
  signal?: AbortSignal;
}

/** Short, so that recovery can be waited for; a silent database is given up before a sync sender is. */
const TIMES = {
  DISPATCH_STRANDED_AFTER: '1s',
  LEASE_TTL: '3s',
  QUEUE_LOCK: '3s',
  DATABASE_STATEMENT_TIMEOUT: '3s',
  DRAIN_TIMEOUT: '8s',
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
  LOG_LEVEL: 'error',
};
/** A run is verified and forgotten in parts of this length, so that its memory does not grow. */
const CHAPTER_MINUTES = 5;
const DRAINED_WITHIN = 60_000;

interface Run {
  options: FaultRunOptions;
  installation: BreakableHookmill;
  witness: EffectWitness;
  random: () => number;
  verdict: Verdict;
  recoveries: Map<FaultKind, Recovery>;
  nextNumber: number;
}

/** Load, faults, and the proof of contract.md 4, chapter by chapter. @throws Error when something cannot be started */
export async function runFaults(options: FaultRunOptions): Promise<FaultReport> {
  const { seed, rate, minutes, say } = options;
  say(`Seed ${seed}`);
  const random = seededRandom(seed + 1);
  const installation = await startBreakableHookmill({ gateways: 2, workers: 2, env: TIMES });
  const witness = await startEffectWitness(random);
  const verdict = new Verdict();
  const recoveries = new Map<FaultKind, Recovery>();
  try {
    await applyWorkloads(installation, witness, options);
    const run: Run = { options, installation, witness, random, verdict, recoveries, nextNumber: 1 };
    const chapters = Math.max(1, Math.round(minutes / CHAPTER_MINUTES));
    for (let chapter = 0; chapter < chapters; chapter += 1)
      await runChapter(run, planFaults(seed + chapter, minutes / chapters, options.kinds), minutes / chapters);
    for (const defect of installation.defects) verdict.violate('defect', defect);
    return { seed, rate, minutes, verdict, recoveries };
  } finally {
    witness.close();
    await installation.stop();
  }
}

async function runChapter(run: Run, plan: readonly PlannedFault[], minutes: number): Promise<void> {
  const { options, installation, witness, random, verdict } = run;
  const { hookmill } = installation;
  const from = new Date();
  const load = startLoad({
    gatewayUrls: hookmill.gatewayUrls,
    rate: options.rate,
    random,
    firstNumber: run.nextNumber,
    workloads: chosenWorkloads(options),
  });
  const faults = await inflictAll(run, plan, from.getTime());
  await pause(from.getTime() + minutes * 60_000 - Date.now(), options.signal);
  await load.stop();
  options.say(`${load.requests.length} events sent; waiting until nothing is open`);
  await untilNothingIsOpen(hookmill, DRAINED_WITHIN);
  const history = await readHistory(hookmill, from);
  verifyAnswers(load.requests, faults, verdict);
  const matched = verifyExecutions(load.requests, history, verdict);
  verifyEndings(matched, witness, faults, verdict);
  addRecoveryTimes(run.recoveries, matched, faults);
  run.nextNumber += load.requests.length;
  witness.forget();
}

async function inflictAll(run: Run, plan: readonly PlannedFault[], beganAt: number): Promise<InflictedFault[]> {
  const { say, signal } = run.options;
  const faults: InflictedFault[] = [];
  for (const planned of plan) {
    await pause(beganAt + planned.at - Date.now(), signal);
    const fault = await inflict(run.installation, planned);
    faults.push(fault);
    const seconds = (time: number) => ((time - beganAt) / 1000).toFixed(1);
    say(`${fault.kind} (${fault.targets.join(', ')}): ${seconds(fault.startedAt)} s to ${seconds(fault.endedAt)} s`);
  }
  return faults;
}

function chosenWorkloads({ workloads }: FaultRunOptions) {
  return WORKLOADS.filter(({ key }) => workloads?.includes(key) ?? true);
}

async function applyWorkloads(
  { hookmill }: BreakableHookmill,
  witness: EffectWitness,
  options: FaultRunOptions,
): Promise<void> {
  const documents = chosenWorkloads(options).map(({ document }) => document(witness.url));
  // The last one waits until every gateway knows it, and with it the others.
  for (const document of documents.slice(1)) {
    const { status, body } = await hookmill.api('PUT', `/workflows/${String(document['key'])}`, document);
    if (status >= 300) throw new Error(`The document was refused with ${status}: ${JSON.stringify(body)}`);
  }
  await hookmill.apply(documents[0]!);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(Math.max(0, ms), undefined, signal ? { signal } : {});
}
