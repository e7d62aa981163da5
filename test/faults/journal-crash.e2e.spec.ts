import { describe, expect, it } from '@jest/globals';
import { crashAtBoundaries } from './journal-crash.js';
import { renderJournalCrashReport } from './journal-crash-report.js';

/** Fixed, so that two runs of the same source meet the same kills. */
const SEED = 20_262;
/** More than there are boundaries: each is met. */
const POINTS = 30;

describe('a worker that dies at any boundary of the journal', () => {
  it('leaves an execution that another worker ends, each effect attempted once unless it may be repeated', async () => {
    const report = await crashAtBoundaries({ seed: SEED, points: POINTS, say: () => undefined });
    if (report.violations.length > 0) throw new Error(renderJournalCrashReport(report));
    expect([...report.killed.keys()].sort()).toEqual([...report.order].sort());
  }, 300_000);
});
