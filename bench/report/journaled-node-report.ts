import { markdownTable } from './markdown-table.js';
import { loadLabel } from './measured-run.js';
import type { MeasuredRun } from './measured-run.js';
import { cpuPerWebhook } from './scenario-report.js';

const BASE = 'async';
const WITH_ONE_MORE = { variable: 'a variable, which is not journaled by itself', journaled: 'a request, which is' };

/**
 * What one more node costs through the whole house: scenarios that differ from `async` by one node, under the same load.
 * Empty when `async` or all of them were left out, or where there is no /proc.
 */
export function journaledNodeReport(runs: readonly MeasuredRun[]): string {
  const rows = Object.entries(WITH_ONE_MORE).flatMap(([name, title]) =>
    runs.filter(({ scenario }) => scenario.name === name).flatMap((run) => row(title, run, baseOf(runs, run))),
  );
  if (rows.length === 0) return '';
  const head = [
    'one more node',
    'load',
    'CPU us gateway and worker and stores',
    'worker alone',
    'p50 ms of the answer',
  ];
  return `\n## What one more node costs\n\n${markdownTable(head, rows)}`;
}

function baseOf(runs: readonly MeasuredRun[], { scenario, load }: MeasuredRun): MeasuredRun | undefined {
  return runs.find(
    (run) =>
      run.scenario.name === BASE && run.scenario.queue === scenario.queue && loadLabel(run.load) === loadLabel(load),
  );
}

function row(title: string, run: MeasuredRun, base: MeasuredRun | undefined): string[][] {
  const [more, less] = [run.median, base?.median];
  if (!less?.usages || !more.usages) return [];
  const all = cpuPerWebhook(more.usages, more.accepted) - cpuPerWebhook(less.usages, less.accepted);
  const worker = workerUs(more) - workerUs(less);
  const p50 = more.latency.p50 - less.latency.p50;
  return [[title, loadLabel(run.load), all.toFixed(0), worker.toFixed(0), p50.toFixed(1)]];
}

function workerUs({ usages, accepted }: MeasuredRun['median']): number {
  return (usages?.['worker']?.cpuUs ?? 0) / accepted;
}
