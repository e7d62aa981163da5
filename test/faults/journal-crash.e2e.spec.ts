import { describe, expect, it } from '@jest/globals';
import { CRASH_DOCUMENTS } from './crash-documents.js';
import { crashAtBoundaries } from './journal-crash.js';
import { renderJournalCrashReport } from './journal-crash-report.js';

/** Fixed, so that two runs of the same source meet the same kills. */
const SEED = 20_262;

describe('a worker that dies at any boundary of the journal', () => {
  it('leaves an execution that another worker ends: writes happen once, effects at most once unless they may be repeated', async () => {
    const report = await crashAtBoundaries({ seed: SEED, points: 'telling', say: () => undefined });
    if (report.violations.length > 0) throw new Error(renderJournalCrashReport(report));
    for (const { key, order, killed } of report.documents) {
      const { telling = order } = CRASH_DOCUMENTS.find((document) => document.key === key)!;
      expect([...killed.keys()].sort()).toEqual([...telling].sort());
    }
  }, 600_000);
});
