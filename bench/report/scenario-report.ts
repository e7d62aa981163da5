import type { Usages } from '../cost/cost-meter.js';
import { markdownTable } from './markdown-table.js';
import { loadLabel } from './measured-run.js';
import type { MeasuredRun } from './measured-run.js';

const RATES = ['load', 'accepted/s', 'executed/s', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms', 'refused', 'verified'];
const COSTS = ['gateway', 'worker', 'postgres', 'redis', 'sum', 'generator'];
const OTHERS = ['writes gateway', 'writes worker', 'MB gateway', 'MB worker', 'MB redis'];

/** Rates and latencies, and below them what a webhook cost, of all runs of one scenario. */
export function scenarioReport(runs: readonly MeasuredRun[]): string {
  const { letter, name, title, queue } = runs[0]!.scenario;
  return [
    `\n## ${letter}. ${name} (${queue})\n\n${title}\n`,
    markdownTable(RATES, runs.map(ratesRow)),
    '\nMicroseconds of processor time and write calls for each accepted webhook, and peak memory:\n',
    markdownTable(['load', ...COSTS, ...OTHERS], runs.map(costsRow)),
  ].join('\n');
}

/** Microseconds for each accepted webhook, of all processes but the load generator. */
export function cpuPerWebhook(usages: Usages, accepted: number): number {
  const own = Object.entries(usages).filter(([name]) => name !== 'generator');
  return own.reduce((sum, [, { cpuUs }]) => sum + cpuUs, 0) / accepted;
}

function ratesRow({ load, median, repeats }: MeasuredRun): string[] {
  const { acceptedPerSecond, executedPerSecond, latency, refused } = median;
  const milliseconds = [latency.p50, latency.p90, latency.p99, latency.p999].map((value) => value.toFixed(1));
  const verified = repeats.every(({ faults }) => faults.length === 0) ? 'yes' : 'NO';
  return [
    loadLabel(load),
    whole(acceptedPerSecond),
    whole(executedPerSecond),
    ...milliseconds,
    whole(refused),
    verified,
  ];
}

function costsRow({ load, median: { usages, accepted } }: MeasuredRun): string[] {
  if (!usages) return [loadLabel(load), ...[...COSTS, ...OTHERS].map(() => 'n/a')];
  const cpu = (name: string) => (usages[name] ? whole(usages[name].cpuUs / accepted) : '-');
  const writes = (name: string) => (usages[name] ? (usages[name].writes / accepted).toFixed(2) : '-');
  const memory = (name: string) => (usages[name] ? whole(usages[name].peakMb) : '-');
  return [
    loadLabel(load),
    ...['gateway', 'worker', 'postgres', 'redis'].map(cpu),
    whole(cpuPerWebhook(usages, accepted)),
    cpu('generator'),
    ...['gateway', 'worker'].map(writes),
    ...['gateway', 'worker', 'redis'].map(memory),
  ];
}

function whole(value: number): string {
  return String(Math.round(value));
}
