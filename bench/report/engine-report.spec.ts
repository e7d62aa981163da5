import { describe, expect, it } from '@jest/globals';
import type { EngineNumbers } from '../engine/engine-numbers.js';
import { engineReport } from './engine-report.js';

const numbers: EngineNumbers = {
  condition: { perSecond: 50_000.4, cpuUs: 20.2 },
  loop: { perSecond: 900, cpuUs: 1100 },
  nodeUs: { condition: 4, variable: 3.21, calculation: 25 },
  heapMb: { before: 20, during: [24, 24.5, 24.2], after: 21 },
  script: { perSecond: 1000, cpuUs: 500 },
};
const lineOf = (report: string, part: string) => report.split('\n').find((line) => line.includes(part));

describe('the report of the engine alone', () => {
  it('sets each number beside its aim', () => {
    const report = engineReport(numbers);
    expect(lineOf(report, 'condition and two')).toContain('50000/s, 20 CPU us each');
    expect(lineOf(report, 'more variable')).toMatch(/3\.2 .*met: below 20/);
    expect(lineOf(report, 'more calculation')).toMatch(/25\.0 .*MISSED: below 20/);
    expect(lineOf(report, 'the same, ms')).toMatch(/1\.00 .*met: below 2/);
  });

  it('says whether the heap stayed flat', () => {
    expect(lineOf(engineReport(numbers), 'heap in a loop')).toContain('met: flat');
    const grown = { ...numbers, heapMb: { ...numbers.heapMb, during: [24, 26, 28] } };
    expect(lineOf(engineReport(grown), 'heap in a loop')).toContain('MISSED: flat');
  });
});
