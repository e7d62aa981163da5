import { describe, expect, it } from '@jest/globals';
import type { RunResult } from '../measure-run.js';
import { journaledNodeReport } from './journaled-node-report.js';
import type { MeasuredRun } from './measured-run.js';

function run(name: string, workerUs: number, connections = 50): MeasuredRun {
  const usage = (cpuUs: number) => ({ cpuUs, writes: 0, peakMb: 0 });
  const median: RunResult = {
    ...{ acceptedPerSecond: 10, executedPerSecond: 10, accepted: 10, executions: 10, refused: 0, faults: [] },
    latency: { p50: 1, p90: 1, p99: 1, p999: 1, max: 1 },
    usages: { worker: usage(workerUs * 10), gateway: usage(1000) },
  };
  const scenario = { letter: 'x', name, title: '', queue: 'redis' as const };
  return { scenario, load: { connections, rate: null }, median, repeats: [median] };
}

describe('the report of what one more node costs', () => {
  it('compares with async under the same load', () => {
    const report = journaledNodeReport([run('async', 80), run('variable', 83), run('journaled', 180)]);
    expect(report).toMatch(/variable, .*\| 50 +\| 3 +\| 3 +\|/);
    expect(report).toMatch(/request, .*\| 50 +\| 100 +\| 100 +\|/);
  });

  it('says nothing without something to compare with', () => {
    expect(journaledNodeReport([run('journaled', 180)])).toBe('');
    expect(journaledNodeReport([run('async', 80, 1), run('journaled', 180)])).toBe('');
  });
});
