import type { JournalCrashReport } from './journal-crash.js';

/** The report as Markdown. */
export function renderJournalCrashReport({ seed, order, killed, violations }: JournalCrashReport): string {
  const rows = order.map((point) => `| ${point} | ${killed.get(point) ?? 0} |`);
  const total = [...killed.values()].reduce((sum, times) => sum + times, 0);
  return [
    `Seed ${seed}: ${total} workers killed at ${killed.size} of ${order.length} boundaries.`,
    ['| boundary | workers killed |', '|---|---|', ...rows].join('\n'),
    violations.length === 0 ? 'No violation.' : `Violations:\n\n${violations.map((text) => `- ${text}`).join('\n')}`,
  ].join('\n\n');
}
