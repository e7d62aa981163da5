import { describe, expect, it } from '@jest/globals';
import type { RunResult } from '../measure-run.js';
import type { Queue } from '../scenarios.js';
import { ratiosReport } from './limits-report.js';
import type { MeasuredRun } from './measured-run.js';

const limit = (perSecond: number, cpuUs: number, serverCpuUs: number) => ({ perSecond, cpuUs, serverCpuUs });
const limits = {
  fastify: limit(10_000, 80, 0),
  rows: limit(10_000, 10, 40),
  add: limit(5000, 30, 40),
  work: limit(10_000, 100, 100),
};
const usage = (cpuUs: number) => ({ cpuUs, writes: 0, peakMb: 0 });

/** 1000 accepted requests, 500 of which were executed. */
function runOn(queue: Queue): MeasuredRun {
  const median: RunResult = {
    acceptedPerSecond: 1000,
    executedPerSecond: 500,
    accepted: 1000,
    executions: 500,
    latency: { p50: 1, p90: 1, p99: 1, p999: 1, max: 1 },
    refused: 0,
    usages: { gateway: usage(500_000), postgres: usage(300_000), generator: usage(9_000_000) },
    faults: [],
  };
  const scenario = { letter: 'a', name: 'async', title: '', queue };
  return { scenario, load: { connections: 50, rate: null }, median, repeats: [median] };
}

const cellsOf = (queue: Queue) =>
  ratiosReport([runOn(queue)], limits)
    .split('\n')
    .at(-1)!
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);

describe('the ratios to the bare parts', () => {
  it('compare requests and rows with what was accepted, jobs with what was executed', () => {
    expect(cellsOf('redis').slice(0, 6)).toEqual(['async', '50', '10 %', '10 %', '10 %', '5.0 %']);
  });

  it('compare executions with the rate at which one event after the other passes every part', () => {
    // 0.1 + 0.1 + 0.2 + 0.1 ms = 2000 a second.
    expect(cellsOf('redis')[6]).toBe('25 %');
  });

  it('compare the processor time of all processes but the load generator', () => {
    // 800 us a webhook, 400 us bare.
    expect(cellsOf('redis')[7]).toBe('2.0');
  });

  it('say nothing about a queue that is not on Redis', () => {
    expect(cellsOf('postgres').slice(4)).toEqual(['-', '-', '-', '-']);
  });
});
