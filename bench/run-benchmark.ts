import { writeFileSync } from 'node:fs';
import { createShutdown } from '../apps/local/src/shutdown.js';
import type { Shutdown } from '../apps/local/src/shutdown.js';
import type { BenchOptions, BenchPart } from './bench-options.js';
import { measureIdle } from './cost/measure-idle.js';
import type { IdleCost } from './cost/measure-idle.js';
import type { EffectCalls } from './effect-target.js';
import type { EngineNumbers, EngineOrder } from './engine/engine-numbers.js';
import { measureLimits } from './limits/measure-limits.js';
import type { Limits } from './limits/measure-limits.js';
import type { LoadOrder, LoadResult } from './load/load-order.js';
import { measureRun } from './measure-run.js';
import type { Load, Rig, RunResult } from './measure-run.js';
import { medianOf } from './median-of.js';
import { engineReport } from './report/engine-report.js';
import { idleReport } from './report/idle-report.js';
import { journaledNodeReport } from './report/journaled-node-report.js';
import { limitsReport, ratiosReport } from './report/limits-report.js';
import { machineLine } from './report/machine-line.js';
import { loadLabel } from './report/measured-run.js';
import type { MeasuredRun } from './report/measured-run.js';
import { signatureReport } from './report/signature-report.js';
import { scenarioReport } from './report/scenario-report.js';
import type { Queue, Scenario } from './scenarios.js';
import type { SignatureNumbers, SignatureOrder } from './signatures/signature-numbers.js';
import { startChild } from './start-child.js';
import { startStack } from './start-stack.js';

/** Enough that requests of the open loop do not wait for a connection while the product keeps up. */
const OPEN_LOOP_CONNECTIONS = 100;
const QUEUES: readonly Queue[] = ['redis', 'postgres'];

/** Measures what was chosen and prints the report. @returns 1 when verification found a fault */
export async function runBenchmark(options: BenchOptions, shutdown: Shutdown): Promise<number> {
  const machine = machineLine();
  console.log(machine);
  const startedAt = new Date().toISOString();
  const isWanted = (part: BenchPart): boolean => options.only === null || options.only === part;
  const engine = isWanted('engine') ? await repeatEngine(options, shutdown) : null;
  if (engine !== null) console.log(engineReport(engine));
  const signatures = isWanted('signatures') ? await repeatSignatures(options, shutdown) : null;
  if (signatures !== null) console.log(signatureReport(signatures));
  const measured = isWanted('scenarios') ? await runScenarios(options, shutdown) : null;
  if (options.json !== null) {
    const told = { ...options, scenarios: options.scenarios.map(({ name }) => name) };
    writeFileSync(
      options.json,
      `${JSON.stringify({ startedAt, machine, options: told, engine, signatures, ...measured }, null, 2)}\n`,
    );
  }
  return measured === null ? 0 : tellFaults(measured.runs);
}

async function repeatEngine({ repeat, seconds }: BenchOptions, shutdown: Shutdown): Promise<EngineNumbers> {
  const measured: EngineNumbers[] = [];
  for (let n = 0; n < repeat; n++) {
    // A process for each: the heap of one shall not depend on the one before.
    const child = await startChild<EngineOrder, EngineNumbers>('engine', shutdown);
    measured.push(await child.ask({ seconds }));
    child.stop();
  }
  return medianOf(measured);
}

/** Seconds for each preset, of which there are many. */
const SIGNATURE_SECONDS = 0.3;

async function repeatSignatures({ repeat }: BenchOptions, shutdown: Shutdown): Promise<SignatureNumbers> {
  const measured: SignatureNumbers[] = [];
  for (let n = 0; n < repeat; n++) {
    const child = await startChild<SignatureOrder, SignatureNumbers>('signatures', shutdown);
    measured.push(await child.ask({ seconds: SIGNATURE_SECONDS }));
    child.stop();
  }
  return medianOf(measured);
}

interface Measured {
  limits: Limits | null;
  idle: Partial<Record<Queue, IdleCost | null>>;
  runs: MeasuredRun[];
}

async function runScenarios(options: BenchOptions, shutdown: Shutdown): Promise<Measured> {
  const measured: Measured = { limits: null, idle: {}, runs: [] };
  for (const queue of QUEUES) {
    const chosen = options.scenarios.filter((scenario) => scenario.queue === queue);
    if (chosen.length === 0) continue;
    const own = createShutdown((error) => console.error(error));
    shutdown.add((hurry) => own.stop(hurry));
    const rig = await startRig(queue, options, own);
    if (!measured.limits) {
      measured.limits = await repeatLimits(rig, options, own);
      console.log(limitsReport(measured.limits));
    }
    measured.idle[queue] = await measureIdle(rig.stack.pids, options.seconds);
    console.log(idleReport(queue, measured.idle[queue]));
    for (const scenario of chosen) {
      const runs = await runScenario(rig, scenario, options, shutdown);
      console.log(scenarioReport(runs));
      measured.runs.push(...runs);
    }
    await own.stop();
  }
  console.log(ratiosReport(measured.runs, measured.limits!));
  console.log(journaledNodeReport(measured.runs));
  return measured;
}

async function startRig(queue: Queue, { chunkSize }: BenchOptions, own: Shutdown): Promise<Rig> {
  return {
    stack: await startStack(queue, chunkSize, own),
    generator: await startChild<LoadOrder, LoadResult>('load-generator', own),
    effects: await startChild<null, EffectCalls>('effect-target', own),
  };
}

async function repeatLimits(rig: Rig, { repeat, seconds }: BenchOptions, own: Shutdown): Promise<Limits> {
  const measured: Limits[] = [];
  for (let n = 0; n < repeat; n++) measured.push(await measureLimits(rig.stack, rig.generator, seconds, own));
  return medianOf(measured);
}

async function runScenario(
  rig: Rig,
  scenario: Scenario,
  options: BenchOptions,
  shutdown: Shutdown,
): Promise<MeasuredRun[]> {
  const loads: Load[] = options.connections.map((connections) => ({ connections, rate: null }));
  if (scenario.openLoop && options.rate !== null)
    loads.push({ connections: OPEN_LOOP_CONNECTIONS, rate: options.rate });
  const measured: MeasuredRun[] = [];
  for (const load of loads) {
    const repeats: RunResult[] = [];
    for (let n = 0; n < options.repeat; n++) {
      shutdown.signal.throwIfAborted();
      repeats.push(await measureRun(rig, scenario, load, options.seconds));
      console.error(`${scenario.name} ${loadLabel(load)}: ${Math.round(repeats[n]!.acceptedPerSecond)} accepted/s`);
    }
    const { letter, name, title, queue } = scenario;
    measured.push({ scenario: { letter, name, title, queue }, load, median: medianOf(repeats), repeats });
  }
  return measured;
}

function tellFaults(runs: readonly MeasuredRun[]): number {
  const faults = runs.flatMap(({ scenario, load, repeats }) =>
    repeats.flatMap((run) => run.faults.map((fault) => `${scenario.name}, ${loadLabel(load)}: ${fault}`)),
  );
  console.log(faults.length === 0 ? '\nEvery accepted delivery has one ended execution.' : `\n${faults.join('\n')}`);
  return faults.length === 0 ? 0 : 1;
}
