import type { LimitName, Limits } from '../limits/measure-limits.js';
import { markdownTable } from './markdown-table.js';
import { loadLabel } from './measured-run.js';
import type { MeasuredRun } from './measured-run.js';
import { cpuPerWebhook } from './scenario-report.js';

const TITLES: Record<LimitName, string> = {
  fastify: 'Fastify answers 200 to the same POST, 50 connections',
  rows: 'Postgres commits the same 1 KB, 100 rows at once, 2 under way',
  add: 'BullMQ adds jobs, 100 at once, 2 under way',
  work: 'BullMQ worker that does nothing, concurrency 50',
};
const NAMES = Object.keys(TITLES) as LimitName[];

/** What the bare parts did alone on this machine. */
export function limitsReport(limits: Limits): string {
  const rows = NAMES.flatMap((name) => {
    const limit = limits[name];
    if (!limit) return [];
    const cpu = [limit.cpuUs, limit.serverCpuUs].map((value) => (value === null ? 'n/a' : value.toFixed(0)));
    return [[TITLES[name], Math.round(limit.perSecond).toString(), ...cpu]];
  });
  return `\n## Limits\n\n${markdownTable(['bare part', 'per second', 'CPU us each', 'CPU us of its server'], rows)}`;
}

/**
 * What the product reaches of them. "All in turn" is the rate at which one event after the other could pass every bare
 * part on this machine (the reciprocal of the sum of their times); "CPU times bare" is the processor time of a webhook
 * over the sum of theirs.
 */
export function ratiosReport(runs: readonly MeasuredRun[], limits: Limits): string {
  const head = ['scenario', 'load', ...NAMES.map((name) => `of ${name}`), 'of all in turn', 'CPU times bare'];
  return `\n## Ratios\n\n${markdownTable(
    head,
    runs.map((run) => ratiosRow(run, limits)),
  )}`;
}

function ratiosRow({ scenario, load, median }: MeasuredRun, limits: Limits): string[] {
  const { acceptedPerSecond, executedPerSecond, usages, accepted } = median;
  // Requests and their rows are counted when accepted; a duplicate is never a job.
  const rates = {
    fastify: acceptedPerSecond,
    rows: acceptedPerSecond,
    add: executedPerSecond,
    work: executedPerSecond,
  };
  // The queue of this scenario is another one: what BullMQ does on Redis says nothing about it.
  const own = scenario.queue === 'redis' ? limits : { ...limits, add: undefined, work: undefined };
  const shares = NAMES.map((name) => (own[name] ? percent(rates[name] / own[name].perSecond) : '-'));
  const bare = NAMES.flatMap((name) => own[name] ?? []);
  if (bare.length < NAMES.length) return [scenario.name, loadLabel(load), ...shares, '-', '-'];
  const inTurn = 1 / bare.reduce((sum, { perSecond }) => sum + 1 / perSecond, 0);
  const bareCpu = bare.reduce((sum, { cpuUs, serverCpuUs }) => sum + (cpuUs ?? 0) + (serverCpuUs ?? 0), 0);
  const times = usages && bareCpu > 0 ? (cpuPerWebhook(usages, accepted) / bareCpu).toFixed(1) : '-';
  return [scenario.name, loadLabel(load), ...shares, percent(executedPerSecond / inTurn), times];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
