import { writeFileSync } from 'node:fs';
import { createShutdown } from '../apps/local/src/shutdown.js';
import type { Shutdown } from '../apps/local/src/shutdown.js';
import type { BenchOptions } from './bench-options.js';
import { measureIdle } from './cost/measure-idle.js';
import type { IdleCost } from './cost/measure-idle.js';
import type { EffectCalls } from './effect-target.js';
import { measureLimits } from './limits/measure-limits.js';
import type { Limits } from './limits/measure-limits.js';
import type { LoadOrder, LoadResult } from './load/load-order.js';
import { measureRun } from './measure-run.js';
import type { Load, Rig, RunResult } from './measure-run.js';
import { medianOf } from './median-of.js';
import { idleReport } from './report/idle-report.js';
import { limitsReport, ratiosReport } from './report/limits-report.js';
import { machineLine } from './report/machine-line.js';
import { loadLabel } from './report/measured-run.js';
import type { MeasuredRun } from './report/measured-run.js';
import { scenarioReport } from './report/scenario-report.js';
import type { Queue, Scenario } from './scenarios.js';
import { startChild } from './start-child.js';
import { startStack } from './start-stack.js';

/** Enough that requests of the open loop do not wait for a connection while the product keeps up. */
const OPEN_LOOP_CONNECTIONS = 100;
const QUEUES: readonly Queue[] = ['redis', 'postgres'];

/** Measures the limits and every chosen scenario, and prints the report. @returns 1 when verification found a fault */
export async function runBenchmark(options: BenchOptions, shutdown: Shutdown): Promise<number> {
  const machine = machineLine();
  console.log(machine);
  const startedAt = new Date().toISOString();
  let limits: Limits | null = null;
  const idle: Partial<Record<Queue, IdleCost | null>> = {};
  const runs: MeasuredRun[] = [];
  for (const queue of QUEUES) {
    const chosen = options.scenarios.filter((scenario) => scenario.queue === queue);
    if (chosen.length === 0) continue;
    const own = createShutdown((error) => console.error(error));
    shutdown.add((hurry) => own.stop(hurry));
    const rig = await startRig(queue, options, own);
    if (!limits) {
      limits = await repeatLimits(rig, options, own);
      console.log(limitsReport(limits));
    }
    idle[queue] = await measureIdle(rig.stack.pids, options.seconds);
    console.log(idleReport(queue, idle[queue]));
    for (const scenario of chosen) {
      const measured = await runScenario(rig, scenario, options, shutdown);
      console.log(scenarioReport(measured));
      runs.push(...measured);
    }
    await own.stop();
  }
  console.log(ratiosReport(runs, limits!));
  if (options.json !== null) {
    const told = { ...options, scenarios: options.scenarios.map(({ name }) => name) };
    writeFileSync(
      options.json,
      `${JSON.stringify({ startedAt, machine, options: told, limits, idle, runs }, null, 2)}\n`,
    );
  }
  return tellFaults(runs);
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
