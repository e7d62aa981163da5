import { describe, expect, it } from '@jest/globals';
import { renderFaultReport } from './fault-report.js';
import { runFaults } from './fault-run.js';

/** Fixed, so that two runs of the same source meet the same faults; `npm run test:faults` draws others. */
const SEED = 20_261;

describe('three minutes of load in which every part dies, freezes or is replaced', () => {
  it('lose nothing, double nothing, leave nothing open and nobody without an answer', async () => {
    const report = await runFaults({ seed: SEED, minutes: 3, rate: 40, say: () => undefined });
    if (report.verdict.violations.length > 0) throw new Error(renderFaultReport(report));
    expect(report.verdict.of('accepted')).toBeGreaterThan(0);
  }, 330_000);
});
